import { expect } from 'chai';
import { issueTicket, redeem } from '../support/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { createRounds } from './support/revocation-rounds.ts';
import { clockOf, startTwoInstances, TICKET_TTL_SECONDS, type TwoInstances } from './support/two-instances.ts';

const APART_S = 10;
const SUBJECTS = 250;
const TICKETS_EACH = 10;
const ALL = SUBJECTS * TICKETS_EACH;

describe('revocation by two instances whose clocks are 10 s apart', function () {
  this.timeout(120_000);
  let two: TwoInstances;

  before(async () => {
    const { url } = await startRedis();
    two = await startTwoInstances({ REDIS_URL: url }, APART_S);
  });
  after(() => two.removeClocks());

  it('does not shorten a fresh ticket redeemed at the instance whose clock is past its expiry', async () => {
    const [{ url }, { internalUrl }] = two.instances;
    two.clocks[1].setAhead(TICKET_TTL_SECONDS + APART_S);
    const { status, body } = await redeem({ internalUrl }, { ticket: await issueTicket({ url }) });
    two.clocks[1].setAhead(APART_S);
    expect(status).to.equal(200);
    expect(body.sessionExpiresIn).to.be.within(3600 - TICKET_TTL_SECONDS - 60, 3600);
  });

  for (const step of [APART_S, -APART_S])
    it(`voids all of ${ALL} tickets issued before it and none of ${ALL} issued after it (one clock steps by ${step} s)`, async () => {
      const { instances, clocks } = two;
      clocks[0].setAhead(0);
      const rounds = createRounds({ instances, subjects: SUBJECTS, ticketsEach: TICKETS_EACH });
      await rounds.issueBefore();
      clocks[0].setAhead(step);
      const { before, says, after } = await clockOf(instances[0]);
      expect(says - step * 1000).to.be.within(before, after);
      await rounds.revoke();
      await rounds.issueAfter();
      expect(await rounds.redeem()).to.deep.equal({ before: { 403: ALL }, after: { 200: ALL } });
    });
});
