import { expect } from 'chai';
import { type Clock, createClock } from '../support/clock.ts';
import { SECRET } from '../support/jwt.ts';
import { GATEWAY_KEY } from '../support/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { serve } from '../support/ticketd.ts';
import { createRounds, type Instance } from './support/revocation-rounds.ts';

const AHEAD_S = 10;
const SUBJECTS = 250;
const TICKETS_EACH = 10;
const ALL = SUBJECTS * TICKETS_EACH;

describe('revocation by two instances whose clocks are 10 s apart', () => {
  const clocks: Clock[] = [];
  let instances: readonly Instance[];

  before(async () => {
    const { url } = await startRedis();
    clocks.push(createClock(), createClock(AHEAD_S));
    instances = await Promise.all(
      clocks.map(async ({ env }) => {
        const instance = serve({ ...env, REDIS_URL: url, JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY });
        return { url: await instance.url(), internalUrl: await instance.url('internal') };
      }),
    );
  });
  after(() => {
    for (const clock of clocks) clock.remove();
  });

  for (const step of [AHEAD_S, -AHEAD_S])
    it(`voids all of ${ALL} tickets issued before it and none of ${ALL} issued after it, one clock stepped by ${step} s`, async () => {
      const rounds = createRounds({ instances, subjects: SUBJECTS, ticketsEach: TICKETS_EACH });
      clocks[0]?.setAhead(0);
      await rounds.issueBefore();
      clocks[0]?.setAhead(step);
      await rounds.revoke();
      await rounds.issueAfter();
      expect(await rounds.redeem()).to.deep.equal({ before: { 403: ALL }, after: { 200: ALL } });
    });
});
