import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, INVALID_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { withService } from '../../support/service.ts';

const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('JWT claims', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis();
  });

  /** The session under which the ticket was issued. */
  const accepted = (env: Record<string, string>, claims: Record<string, unknown>) =>
    withService({ REDIS_URL: redis.url, ...env }, async (service) => {
      const { status, text } = await requestTicket(service, token(claims));
      expect(status, text).to.equal(200);
      return service.eventsOf('ws_ticket_issued')[0]?.sessionId;
    });

  const refused = (env: Record<string, string>, claims: Record<string, unknown>) =>
    withService({ REDIS_URL: redis.url, ...env }, async (service) => {
      const response = await requestTicket(service, token(claims));
      expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
      expect(response.headers['www-authenticate']).to.equal(INVALID_CHALLENGE);
    });

  it('must name JWT_ISSUER as issuer, if set', async () => {
    const env = { JWT_ISSUER: 'https://login.example.com' };
    await accepted(env, { iss: 'https://login.example.com' });
    await refused(env, { iss: 'https://login.example.org' });
    await refused(env, {});
    await accepted({}, { iss: 'anyone' });
  });

  it('must name JWT_AUDIENCE as audience, alone or among others, if set', async () => {
    const env = { JWT_AUDIENCE: 'ticketd' };
    await accepted(env, { aud: 'ticketd' });
    await accepted(env, { aud: ['other', 'ticketd'] });
    await refused(env, { aud: 'ticketd-2' });
    await refused(env, { aud: ['other'] });
    await refused(env, {});
    await accepted({}, { aud: 'anything' });
  });

  it('may lie in the future by JWT_CLOCK_TOLERANCE_SECONDS and no more', async () => {
    await accepted({ JWT_CLOCK_TOLERANCE_SECONDS: '60' }, { nbf: secondsFromNow(50) });
    await refused({ JWT_CLOCK_TOLERANCE_SECONDS: '60' }, { nbf: secondsFromNow(100) });
    await refused({ JWT_CLOCK_TOLERANCE_SECONDS: '0' }, { nbf: secondsFromNow(10) });
  });

  it('may lie in the future by 5 seconds by default', async () => {
    await accepted({}, { nbf: secondsFromNow(4) });
    await refused({}, { nbf: secondsFromNow(15) });
  });

  it('name the session by sessionId, or else by sid', async () => {
    expect(await accepted({}, { sessionId: 'one', sid: 'two' })).to.equal('one');
    expect(await accepted({}, { sessionId: undefined, sid: 'two' })).to.equal('two');
    expect(await accepted({}, { sessionId: undefined })).to.equal(undefined);
  });

  it('name the session by JWT_SESSION_CLAIM, or else by sid', async () => {
    const env = { JWT_SESSION_CLAIM: 'https://example.com/session' };
    expect(await accepted(env, { 'https://example.com/session': 'three', sid: 'two' })).to.equal('three');
    expect(await accepted(env, { sid: 'two' })).to.equal('two');
    expect(await accepted(env, {})).to.equal(undefined);
  });
});
