import { expect } from 'chai';
import request, { type Test } from 'supertest';
import { bearer, token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { GATEWAY_KEY, issueTicket, REVOKE_PATH, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

const PEM = ecKey('own').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const ISSUER = 'https://idp.example/';
const RETENTION_SECONDS = 7200;

describe('POST /ws-ticket/revoke with a gateway key', () => {
  let redis: TestRedis;
  let here: RunningService;
  let elsewhere: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = {
      REDIS_URL: redis.url,
      GATEWAY_KEYS: GATEWAY_KEY,
      REVOCATION_RETENTION_SECONDS: String(RETENTION_SECONDS),
    };
    [here, elsewhere] = await Promise.all([startService(env), startService(env)]);
  });
  after(() => Promise.all([here.stop(), elsewhere.stop()]));

  const end = ({ internalUrl }: RunningService, body: string | object): Test =>
    request(internalUrl).post(REVOKE_PATH).set(bearer(GATEWAY_KEY)).set('Content-Type', 'application/json').send(body);
  const now = () => Math.floor(Date.now() / 1000);
  const jwtOf = (sub: string, claims: object = {}) => token({ sub, iss: ISSUER, iat: now(), ...claims });
  const stillGood = async (ticket: string) => (await redeem(elsewhere, { ticket })).status === 200;
  const statusOf = async (jwt: string) => (await requestTicket(elsewhere, jwt)).status;

  for (const [what, more] of [
    ['with the issuer', { issuer: ISSUER }],
    ['without an issuer, whatever the issuer', {}],
    ['with null for the issuer', { issuer: null }],
  ] as const) {
    const sub = `subject ${what}`;

    it(`ends a session ${what}: its tickets are void, its JWTs get 401, a new login works immediately`, async () => {
      const [jwt, other] = [jwtOf(sub), jwtOf(sub, { sessionId: 'session-2' })];
      const [ticket, spared] = [await issueTicket(here, { jwt }), await issueTicket(here, { jwt: other })];
      const { status, text, headers } = await end(here, { subject: sub, sessionId: 'session-1', ...more });
      expect({ status, text }).to.deep.equal({ status: 204, text: '' });
      expect(headers['cache-control']).to.equal('no-store');
      expect(await stillGood(ticket)).to.equal(false);
      expect(elsewhere.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'revoked' });
      expect(await stillGood(spared)).to.equal(true);
      expectRefusal(await requestTicket(elsewhere, jwt), 401, 'AUTH_TOKEN_INVALID');
      expect(elsewhere.eventsOf('auth_rejected').at(-1)).to.include({ reason: 'session_ended' });
      expect(await statusOf(other)).to.equal(200);
      expect(await stillGood(await issueTicket(here, { jwt: jwtOf(sub, { sessionId: 'session-3' }) }))).to.equal(true);
    });

    it(`ends all sessions of a subject ${what} until now`, async () => {
      const all = [jwtOf(sub, { sessionId: 'session-4' }), jwtOf(sub, { sessionId: undefined })];
      const tickets = await Promise.all(all.map((jwt) => issueTicket(here, { jwt })));
      expect((await end(here, { subject: sub, ...more })).status).to.equal(204);
      for (const ticket of tickets) expect(await stillGood(ticket)).to.equal(false);
      for (const jwt of all) expect(await statusOf(jwt)).to.equal(401);
      expect(await statusOf(jwtOf(`${sub}, another`))).to.equal(200);
      const login = jwtOf(sub, { sessionId: 'session-4', iat: now() + 1 });
      expect(await stillGood(await issueTicket(here, { jwt: login }))).to.equal(true);
    });
  }

  it('ends the sessions of the issuer in JWT_ISSUER when the body has none, and refuses another one', async () => {
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, JWT_ISSUER: ISSUER };
    await withService(env, async (service) => {
      const jwt = jwtOf('frank');
      const refused = await end(service, { subject: 'frank', issuer: 'https://idp.example' });
      expectRefusal(refused, 400, 'BAD_REQUEST');
      expect(refused.body.message).to.equal(
        '"issuer" must be one of JWT_ISSUER and JWT_ISSUERS: expected "https://idp.example/", found "https://idp.example"; they differ in the slash at the end',
      );
      await issueTicket(service, { jwt });
      expect((await end(service, { subject: 'frank' })).status).to.equal(204);
      expectRefusal(await requestTicket(service, jwt), 401, 'AUTH_TOKEN_INVALID');
    });
  });

  it('needs an issuer with several sources, where null and "" mean JWTs without one', async () => {
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, JWT_PUBLIC_KEY: PEM };
    await withService(env, async (service) => {
      for (const [issuer, sub] of [
        [null, 'heidi'],
        ['', 'ivan'],
      ] as const) {
        const [without, of] = [jwtOf(sub, { iss: undefined }), jwtOf(sub)];
        expectRefusal(await end(service, { subject: sub }), 400, 'BAD_REQUEST');
        expect(await statusOf(without)).to.equal(200);
        expect((await end(service, { subject: sub, issuer })).status).to.equal(204);
        expect([await statusOf(without), await statusOf(of)]).to.deep.equal([401, 200]);
      }
    });
  });

  it('refuses null where every JWT must have one of several issuers', async () => {
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, JWT_ISSUER: `${ISSUER},https://b.example` };
    await withService(env, async (service) => {
      for (const issuer of [null, '', 'https://c.example'])
        expectRefusal(await end(service, { subject: 'judy', issuer }), 400, 'BAD_REQUEST');
      expect((await end(service, { subject: 'judy', issuer: 'https://b.example' })).status).to.equal(204);
    });
  });

  it('stores the end for REVOCATION_RETENTION_SECONDS, under digests', async () => {
    const keys = async () => (await redis.cli('KEYS', 'ticketd:e1:*')).split('\n');
    const before = await keys();
    await end(here, { subject: 'carol', sessionId: 'session-9' });
    const added = (await keys()).filter((key) => !before.includes(key));
    expect(added).to.have.length(2);
    for (const key of added) {
      expect(key).to.match(/^ticketd:e1:[\w-]{22}$/);
      const leftMs = Number(await redis.cli('PTTL', key));
      expect(leftMs).to.be.within((RETENTION_SECONDS - 600) * 1000, RETENTION_SECONDS * 1000);
    }
  });

  for (const [body, scope, sessionId] of [
    [{ subject: 'dave', sessionId: 'session-5' }, 'session', 'session-5'],
    [{ subject: 'dave' }, 'subject', undefined],
  ] as const)
    it(`logs ws_ticket_revoked with the scope ${scope}, and counts it`, async () => {
      const counted = async () => {
        const { text } = await request(here.internalUrl).get('/metrics');
        return metricValue(text, 'ticketd_revocations_total', { via: 'gateway' }) ?? 0;
      };
      const before = await counted();
      const { headers } = await end(here, body);
      const logged = here.eventsOf('ws_ticket_revoked').at(-1);
      expect(logged).to.deep.include({
        traceId: headers['x-trace-id'],
        subject: 'dave',
        scope,
        sessionId,
        via: 'gateway',
      });
      expect(await counted()).to.equal(before + 1);
    });

  for (const body of [
    '',
    '{}',
    '{"subject":""}',
    '{"subject":7}',
    '{"subject":null}',
    '{"subject":["erin"]}',
    '{"sessionId":"session-1"}',
    '{"subject":"erin","sessionId":""}',
    '{"subject":"erin","sessionId":7}',
    '{"subject":"erin","issuer":{}}',
    '{"subject":"erin","sesionId":"session-1"}',
    '{"subject":"erin","scope":"session"}',
    `{"subject":"${'x'.repeat(1025)}"}`,
    '{"subject":"\\ud800"}',
    '["erin"]',
    '{"subject":',
  ])
    it(`returns 400 for ${body.slice(0, 60) || 'no body'}, and ends nothing`, async () => {
      const jwt = jwtOf('erin');
      const ticket = await issueTicket(here, { jwt });
      const before = here.eventsOf('ws_ticket_revoked').length;
      expectRefusal(await end(here, body), 400, 'BAD_REQUEST');
      expect(here.eventsOf('ws_ticket_revoked')).to.have.length(before);
      expect(await stillGood(ticket)).to.equal(true);
      expect(await statusOf(jwt)).to.equal(200);
    });

  for (const [name, header] of [
    ['no key', undefined],
    ['a wrong key', `Bearer ${'x'.repeat(40)}`],
    ['a valid JWT', `Bearer ${token()}`],
  ] as const)
    it(`returns 401 GATEWAY_UNAUTHORIZED for ${name}`, async () => {
      const asked = request(here.internalUrl).post(REVOKE_PATH).send({ subject: 'alice' });
      const answer = await (header === undefined ? asked : asked.set('Authorization', header));
      expectRefusal(answer, 401, 'GATEWAY_UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
    });

  it('returns 404 without GATEWAY_KEYS, 405 for another method, 401 for a gateway key on the public listener', async () => {
    await withService({ REDIS_URL: redis.url }, async (keyless) => {
      expectRefusal(await end(keyless, { subject: 'alice' }), 404, 'NOT_FOUND');
    });
    const got = await request(here.internalUrl).get(REVOKE_PATH).set(bearer(GATEWAY_KEY));
    expectRefusal(got, 405, 'METHOD_NOT_ALLOWED');
    expect(got.headers.allow).to.equal('POST');
    const outside = request(here.url).post(REVOKE_PATH).set(bearer(GATEWAY_KEY)).send({ subject: 'alice' });
    expectRefusal(await outside, 401, 'AUTH_TOKEN_INVALID');
  });

  it('has no limit of its own for back ends', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => end(here, { subject: 'grace' })));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(30).fill(204));
  });

  it('returns 503 when Redis is down, and logs whose sessions did not end', async () => {
    await redis.stop();
    await until('the outage is logged', () => here.eventsOf('redis_down').length === 1);
    const answer = await end(here, { subject: 'alice' });
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
    await end(here, { subject: 'bob', sessionId: 'session-7' });
    expectRefusal(await end(here, { subject: 7 }), 400, 'BAD_REQUEST');
    expect(
      here.eventsOf('ws_ticket_redis_not_ready').map(({ subject, sessionId }) => [subject, sessionId]),
    ).to.deep.equal([
      ['alice', undefined],
      ['bob', 'session-7'],
    ]);
    await redis.start();
  });
});
