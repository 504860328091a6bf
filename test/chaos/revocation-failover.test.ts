import { expect } from 'chai';
import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { until } from '../support/until.ts';
import { createRounds, type Rounds } from './support/revocation-rounds.ts';
import { startTwoInstances, type TwoInstances } from './support/two-instances.ts';

const APART_S = 10;
const SUBJECTS = 50;
const TICKETS_EACH = 10;
const ALL = SUBJECTS * TICKETS_EACH;

describe('revocation by two instances across a Redis Sentinel failover', function () {
  this.timeout(120_000);
  let setup: SentinelSetup;
  let two: TwoInstances;

  before(async () => {
    setup = await startSentinelSetup();
    two = await startTwoInstances(setup.env, APART_S);
  });
  after(async () => {
    two.removeClocks();
    await setup.remove();
  });

  const offsetOf = (text: string, name: string) => new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1];

  /** Fails over once the replica has every write that the master confirmed, and waits for both instances to follow. */
  const failOver = async () => {
    await setup.untilHealthy();
    const written = offsetOf(await (await setup.master()).cli('INFO', 'replication'), 'master_repl_offset');
    await until('the replica has every write', async () => {
      const copied = offsetOf(await (await setup.replica()).cli('INFO', 'replication'), 'slave_repl_offset');
      return Number(copied) >= Number(written);
    });
    const recoveries = () => two.instances.map(({ ticketd }) => ticketd.linesOf('redis_up').length);
    const before = recoveries();
    await setup.failover();
    await until(
      'both use the new master',
      () => recoveries().every((ups, index) => ups > (before[index] ?? 0)),
      30_000,
    );
  };

  const cases: Readonly<Record<string, (rounds: Rounds) => Promise<void>>> = {
    'before the revocation': async (rounds) => {
      await rounds.issueBefore();
      await failOver();
      await rounds.revoke();
      await rounds.issueAfter();
    },
    'before the redeem': async (rounds) => {
      await rounds.issueBefore();
      await rounds.revoke();
      await rounds.issueAfter();
      await failOver();
    },
  };
  for (const [moment, play] of Object.entries(cases))
    it(`voids all of ${ALL} tickets issued before it and none of ${ALL} issued after it (failover ${moment})`, async () => {
      const rounds = createRounds({ instances: two.instances, subjects: SUBJECTS, ticketsEach: TICKETS_EACH });
      await play(rounds);
      expect(await rounds.redeem()).to.deep.equal({ before: { 403: ALL }, after: { 200: ALL } });
    });
});
