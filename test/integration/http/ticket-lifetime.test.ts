import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { keyOf, requestTicket } from '../../support/request-ticket.ts';
import { withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('ticket lifetime', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis();
  });

  const issue = (jwt: string, env: Record<string, string> = {}) =>
    withService({ REDIS_URL: redis.url, ...env }, async (service) => await requestTicket(service, jwt));

  it('is TICKET_TTL_SECONDS', async () => {
    const { body } = await issue(token(), { TICKET_TTL_SECONDS: '300' });
    expect(body.expiresIn).to.equal(300);
    expect(Number(await redis.cli('PTTL', keyOf(body.ticket)))).to.be.within(285_000, 300_000);
  });

  it('ends with the JWT when that expires sooner', async () => {
    const exp = secondsFromNow(25);
    const { body } = await issue(token({ exp }));
    expect(body.expiresIn).to.be.within(1, 25);
    expect(Date.parse(body.expiresAt)).to.equal(exp * 1000);
    const endsAt = Number(await redis.cli('PTTL', keyOf(body.ticket))) + Date.now();
    // A slow reply makes it later; a ticket with its own 30 s would end 5 s after the JWT.
    expect(endsAt).to.be.within((exp - 1) * 1000, exp * 1000 + 4000);
  });

  it('is not extended by JWT_CLOCK_TOLERANCE_SECONDS: an expired JWT gets 401', async () => {
    const response = await issue(token({ exp: secondsFromNow(-2) }), { JWT_CLOCK_TOLERANCE_SECONDS: '60' });
    expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
  });

  it('ends with the expiry of the key in Redis', async () => {
    const { body } = await issue(token(), { TICKET_TTL_SECONDS: '1' });
    expect(body.expiresIn).to.equal(1);
    await until('the ticket is gone', async () => (await redis.cli('EXISTS', keyOf(body.ticket))) === '0');
    expect(Date.now()).to.be.at.least(Date.parse(body.expiresAt) - 100);
  });
});
