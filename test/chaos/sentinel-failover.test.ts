import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { storeOf } from './support/store-of.ts';
import { record } from './support/table.ts';
import { type RaceResult, raceForTickets } from './support/ticket-races.ts';

// How long tickets are stored and taken before the failover, and again after it.
const RACES_MS = 1500;

describe('Redis connection across a planned Sentinel failover', function () {
  this.timeout(120_000);
  const setups: SentinelSetup[] = [];
  let strict: RaceResult;
  let lax: RaceResult;
  // Both mostly wait, so they run concurrently.
  before(async () => {
    [strict, lax] = await Promise.all([playFailover('a', 1), playFailover('b', 0)]);
  });
  after(() => Promise.all(setups.map((setup) => setup.remove())));

  const playFailover = async (letter: string, minReplicas: number): Promise<RaceResult> => {
    const setup = await startSentinelSetup({ minReplicas });
    setups.push(setup);
    const stores = await Promise.all([storeOf(setup.env), storeOf(setup.env)]);
    const races = raceForTickets(stores);
    await delay(RACES_MS);
    const failoverAt = performance.now();
    await setup.failover();
    // Both may still be ready on the old master.
    await setup.untilHealthy();
    await Promise.all(stores.map((store) => store.untilReady()));
    const recoveredMs = performance.now() - failoverAt;
    await delay(RACES_MS);
    const result = await races.finish();
    await Promise.all(stores.map((store) => store.close()));
    record({
      case: `31${letter}`,
      fault: `planned failover, min-replicas-to-write ${minReplicas}`,
      bound: minReplicas ? 'none taken twice' : 'for information',
      recoveredMs,
      answers: `${result.put} put, ${result.taken} taken, ${result.takenTwice} twice, ${result.lost} lost`,
    });
    return result;
  };

  it('never redeems a ticket twice with min-replicas-to-write 1 (31a)', () => {
    expect(strict.taken).to.be.above(strict.put / 2);
    expect(strict.takenTwice).to.equal(0);
  });

  it('redeems most tickets with min-replicas-to-write 0 (31b)', () => {
    expect(lax.taken).to.be.above(lax.put / 2);
  });
});
