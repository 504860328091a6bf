import { expect } from 'chai';
import { type Clock, createClock } from '../support/clock.ts';
import { type RedisNode, startNode } from '../support/redis-node.ts';
import { createRounds } from './support/revocation-rounds.ts';
import { startTwoInstances, type TwoInstances } from './support/two-instances.ts';

const APART_S = 10;
const SUBJECTS = 50;
const TICKETS_EACH = 10;
const ALL = SUBJECTS * TICKETS_EACH;

describe('revocation by two instances when the Redis clock steps', function () {
  this.timeout(120_000);
  let clock: Clock;
  let redis: RedisNode;
  let two: TwoInstances;

  before(async () => {
    clock = createClock();
    redis = await startNode({ env: clock.env });
    two = await startTwoInstances({ REDIS_URL: `redis://127.0.0.1:${redis.port}` }, APART_S);
  });
  after(async () => {
    two.removeClocks();
    await redis.remove();
    clock.remove();
  });

  const secondsAhead = async () => Math.round(Number((await redis.cli('TIME')).split('\n')[0]) - Date.now() / 1000);

  for (const step of [APART_S, -APART_S])
    for (const moment of ['revocation', 'redeem'] as const)
      it(`voids ${ALL} tickets issued before it and none of ${ALL} issued after it (step of ${step} s before the ${moment})`, async () => {
        clock.setAhead(0);
        const rounds = createRounds({ instances: two.instances, subjects: SUBJECTS, ticketsEach: TICKETS_EACH });
        await rounds.issueBefore();
        if (moment === 'revocation') clock.setAhead(step);
        await rounds.revoke();
        await rounds.issueAfter();
        clock.setAhead(step);
        expect(await secondsAhead()).to.be.within(step - 1, step + 1);
        expect(await rounds.redeem()).to.deep.equal({ before: { 403: ALL }, after: { 200: ALL } });
      });

  it('stores a record that outlives the ticket that it voids, after a step back', async () => {
    await redis.cli('FLUSHALL');
    clock.setAhead(0);
    const rounds = createRounds({ instances: two.instances, subjects: 1, ticketsEach: 1 });
    await rounds.issueBefore();
    clock.setAhead(-APART_S);
    await rounds.revoke();
    const leftMs = async (pattern: string) => {
      const keys = (await redis.cli('KEYS', pattern)).split('\n').filter((key) => !key.includes('probe'));
      expect(keys).to.have.length(1);
      return Number(await redis.cli('PTTL', keys[0] ?? ''));
    };
    expect(await leftMs('ticketd:r2:*')).to.be.above(await leftMs('ticketd:t2:*'));
  });
});
