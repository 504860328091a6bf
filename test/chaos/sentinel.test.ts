import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { SECRET } from '../support/jwt.ts';
import { DOWN_AFTER_MS, type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { endAll, serve } from '../support/ticketd.ts';
import { expectThrough } from './support/chaos-case.ts';
import { storeOf } from './support/store-of.ts';
import { record } from './support/table.ts';
import { raceForTickets } from './support/ticket-races.ts';

const BACK_WITHIN_MS = DOWN_AFTER_MS + 4000;

describe('Redis behind Sentinels', function () {
  this.timeout(60_000);
  let setup: SentinelSetup;
  const begin = async (minReplicas: number) => {
    setup = await startSentinelSetup({ minReplicas });
  };
  afterEach(async () => {
    await endAll();
    await setup.remove();
  });

  for (const [letter, name, detectedWithinMs] of [
    ['a', 'SIGKILL', 100],
    ['b', 'SIGSTOP', 2000],
  ] as const)
    it(`is back within down-after and 4 s of the ${name} of the master (30${letter})`, async () => {
      await begin(0);
      const master = await setup.master();
      const { detectedMs = 0, recoveredMs = 0 } = await expectThrough({
        case: `30${letter}`,
        name: `Sentinel (down-after ${DOWN_AFTER_MS} ms): ${name} of the master`,
        env: setup.env,
        fault: name === 'SIGKILL' ? master.stop : master.pause,
        detectedWithinMs,
        recoveredWithinMs: BACK_WITHIN_MS,
      });
      expect(detectedMs + recoveredMs).to.be.at.most(BACK_WITHIN_MS);
    });

  for (const [letter, minReplicas] of [
    ['a', 1],
    ['b', 0],
  ] as const)
    it(`lets ${minReplicas ? 'nobody take a ticket twice' : 'most tickets be taken once'} in a planned failover with min-replicas-to-write ${minReplicas} (31${letter})`, async () => {
      await begin(minReplicas);
      const stores = await Promise.all([storeOf(setup.env), storeOf(setup.env)]);
      const races = raceForTickets(stores);
      await delay(2000);
      const failoverAt = performance.now();
      await setup.failover();
      // Both may still be ready on the old master.
      await setup.untilHealthy();
      await Promise.all(stores.map((store) => store.untilReady()));
      const recoveredMs = performance.now() - failoverAt;
      await delay(1500);
      const { put, taken, takenTwice, lost } = await races.finish();
      await Promise.all(stores.map((store) => store.close()));
      record({
        case: `31${letter}`,
        fault: `planned failover, min-replicas-to-write ${minReplicas}`,
        bound: minReplicas ? 'none taken twice' : 'for information',
        recoveredMs,
        answers: `${put} put, ${taken} taken, ${takenTwice} twice, ${lost} lost`,
      });
      expect(taken).to.be.above(put / 2);
      if (minReplicas) expect(takenTwice).to.equal(0);
    });

  it('is used all the same, and without a word on standard error, where a Sentinel is gone', async () => {
    await begin(0);
    const service = serve({ JWT_SECRET: SECRET, ...setup.env });
    await service.url();
    await setup.sentinels[2]?.remove();
    await delay(2500);
    expect(service.stderr).to.equal('');
    expect(service.events).not.to.include('redis_down');
  });
});
