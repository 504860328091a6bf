import { expect } from 'chai';
import request, { type Response } from 'supertest';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, REVOKE_PATH, redeem, revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, INVALID_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('POST /ws-ticket/revoke', () => {
  let redis: TestRedis;
  let here: RunningService;
  let elsewhere: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY };
    [here, elsewhere] = await Promise.all([startService(env), startService(env)]);
  });
  after(() => Promise.all([here.stop(), elsewhere.stop()]));

  const jwtOf = (sessionId: string | undefined, sub = 'alice') => token({ sub, sessionId });
  const stillGood = async (ticket: string) => (await redeem(elsewhere, { ticket })).status === 200;

  it('returns 204 and invalidates the outstanding tickets of the session, on every instance', async () => {
    const [mine, fromElsewhere] = [await issueTicket(here), await issueTicket(elsewhere)];
    const ofOtherSession = await issueTicket(here, { jwt: jwtOf('session-2') });
    const { status, text, headers } = await revoke(here);
    expect({ status, text }).to.deep.equal({ status: 204, text: '' });
    expect(headers['cache-control']).to.equal('no-store');
    expect(await stillGood(mine)).to.equal(false);
    expect(elsewhere.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'revoked', subject: 'alice' });
    expect(await stillGood(fromElsewhere)).to.equal(false);
    expect(await stillGood(ofOtherSession)).to.equal(true);
  });

  it('invalidates the tickets of all sessions of the subject, and of no other subject, with scope subject', async () => {
    const sessions = ['session-1', 'session-2', undefined];
    const tickets = await Promise.all(sessions.map((session) => issueTicket(here, { jwt: jwtOf(session) })));
    const bobs = await issueTicket(here, { jwt: jwtOf('session-1', 'bob') });
    expect((await revoke(elsewhere, 'subject')).status).to.equal(204);
    for (const ticket of tickets) expect(await stillGood(ticket)).to.equal(false);
    expect(await stillGood(bobs)).to.equal(true);
  });

  it('does not invalidate a ticket that is issued right afterwards', async () => {
    for (let round = 0; round < 20; round += 1) {
      const jwt = jwtOf('session-1', `subject-${round}`);
      expect((await revoke(here, round % 2 ? 'subject' : 'session', jwt)).status).to.equal(204);
      expect(await stillGood(await issueTicket(here, { jwt }))).to.equal(true);
    }
  });

  it('stores the revocation under digests, for longer than any ticket lives', async () => {
    await revoke(here, 'subject', jwtOf('session-9', 'carol'));
    const keys = (await redis.cli('KEYS', 'ticketd:r2:*')).split('\n');
    expect(keys.join()).not.to.include('carol');
    for (const key of keys) expect(Number(await redis.cli('PTTL', key))).to.be.within(300_001, 360_000);
  });

  it('logs ws_ticket_revoked', async () => {
    const answer = await revoke(here, 'subject');
    expect(here.eventsOf('ws_ticket_revoked').at(-1)).to.include({
      traceId: answer.headers['x-trace-id'],
      subject: 'alice',
      sessionId: 'session-1',
      scope: 'subject',
      via: 'user',
    });
  });

  for (const scope of ['session', 'subject'] as const)
    it(`ends the ${scope} with end: its JWT gets 401 on every instance, a new login works immediately`, async () => {
      const sub = `ended-${scope}`;
      const now = () => Math.floor(Date.now() / 1000);
      const jwt = token({ sub, sessionId: 'session-1', iat: now() });
      const ticket = await issueTicket(here, { jwt });
      expect((await revoke(here, undefined, jwt).send({ scope, end: true })).status).to.equal(204);
      expect(await stillGood(ticket)).to.equal(false);
      for (const service of [here, elsewhere])
        for (const asked of [requestTicket(service, jwt), revoke(service, scope, jwt)]) {
          const answer = await asked;
          expectRefusal(answer, 401, 'AUTH_TOKEN_INVALID');
          expect(answer.body.message).to.equal('The token is not valid');
          expect(answer.headers['www-authenticate']).to.equal(INVALID_CHALLENGE);
          expect(service.eventsOf('auth_rejected').at(-1)).to.include({ reason: 'session_ended' });
        }
      const login = token({ sub, sessionId: 'session-2', iat: scope === 'session' ? now() : now() + 1 });
      expect(await stillGood(await issueTicket(elsewhere, { jwt: login }))).to.equal(true);
    });

  it('returns 429 with Retry-After for more than 10 revocations of a subject in 10 s', async () => {
    const jwt = jwtOf('session-1', 'eager');
    const answers = [];
    for (let count = 0; count < 11; count += 1) answers.push(await revoke(here, 'session', jwt));
    expect(answers.map(({ status }) => status)).to.deep.equal([...Array(10).fill(204), 429]);
    const refused = answers[10] as Response;
    expectRefusal(refused, 429, 'WS_TICKET_RATE_LIMITED');
    expect(refused.body.message).to.equal('At most 10 revocations in 10 seconds');
    expect(refused.body.retryAfter).to.be.within(1, 10);
    expect((await revoke(here, 'session', jwtOf('session-1', 'patient'))).status).to.equal(204);
  });

  for (const body of [
    '{"end":1}',
    '{"end":"true"}',
    '{"scope":"session","End":true}',
    '{"scope":"all"}',
    '{"scope":1}',
    '{"scpe":"subject"}',
    '[]',
    '{',
  ])
    it(`returns 400 for ${body}, and invalidates nothing`, async () => {
      const ticket = await issueTicket(here);
      const asked = revoke(here).set('Content-Type', 'application/json').send(body);
      expectRefusal(await asked, 400, 'BAD_REQUEST');
      expect(await stillGood(ticket)).to.equal(true);
    });

  it('returns 401 without a JWT', async () => {
    expectRefusal(await request(here.url).post(REVOKE_PATH), 401, 'AUTH_TOKEN_MISSING');
    expectRefusal(await revoke(here, 'subject', 'garbage'), 401, 'AUTH_TOKEN_INVALID');
  });

  it('returns 503 when Redis is down', async () => {
    await redis.stop();
    await until('the outage is logged', () => here.eventsOf('redis_down').length === 1);
    const answer = await revoke(here);
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
    expect(here.eventsOf('ws_ticket_redis_not_ready')).to.have.length(1);
    await redis.start();
  });
});
