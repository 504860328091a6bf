import { expect } from 'chai';
import request, { type Response, type Test } from 'supertest';
import { BAD_CREDENTIALS } from '../../../src/http/server/limits.ts';
import { BACKCHANNEL_LOGOUT_PATH } from '../../../src/protocol/paths.ts';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { CLIENT_ID, ISSUER, logoutClaims, signLogoutToken } from '../../support/logout-tokens.ts';
import { metricValue } from '../../support/metric-value.ts';
import { createPost } from '../../support/pooled-post.ts';
import { GATEWAY_KEY, issueTicket, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type LoggedEvent, type RunningService, startService, withService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

type Members = Readonly<Record<string, unknown>>;

const seconds = () => Math.floor(Date.now() / 1000);

const logoutToken = (claims: Members = {}) => signLogoutToken(logoutClaims(claims), { secret: SECRET });

describe('POST /backchannel-logout', () => {
  let redis: TestRedis;
  let here: RunningService;
  let elsewhere: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = {
      REDIS_URL: redis.url,
      GATEWAY_KEYS: GATEWAY_KEY,
      JWT_ISSUER: ISSUER,
      BACKCHANNEL_LOGOUT_AUDIENCE: CLIENT_ID,
    };
    [here, elsewhere] = await Promise.all([startService(env), startService(env)]);
  });
  after(() => Promise.all([here.stop(), elsewhere.stop(), closeProviders()]));

  const send = (body: string | object, { url } = here): Test =>
    request(url).post(BACKCHANNEL_LOGOUT_PATH).type('form').send(body);
  const logOut = (claims: Members = {}, service = here) => send({ logout_token: logoutToken(claims) }, service);
  const jwtOf = (sub: string, sid: string, iat = seconds()) =>
    token({ iss: ISSUER, sub, sid, sessionId: undefined, iat });
  const ticketOf = (sub: string, sid: string, service = here) => issueTicket(service, { jwt: jwtOf(sub, sid) });
  const stillGood = async (ticket: string) => (await redeem(elsewhere, { ticket })).status === 200;
  const refusedRevocations = async () => {
    const { text } = await request(here.internalUrl).get('/metrics');
    return metricValue(text, 'ticketd_revocations_refused_total');
  };
  const reasonIn = async ({ headers }: Response, { eventsOf } = here) => {
    const isOfIt = ({ traceId }: LoggedEvent) => traceId === headers['x-trace-id'];
    return (await until('the request is logged', () => eventsOf('request').find(isOfIt))).reason;
  };

  it('returns 200 and ends the session that the logout token names, on every instance', async () => {
    const [mine, fromElsewhere] = [await ticketOf('alice', 'a-1'), await ticketOf('alice', 'a-1', elsewhere)];
    const others = [await ticketOf('alice', 'a-2'), await ticketOf('bob', 'b-1')];
    const { status, headers, body } = await logOut({ sid: 'a-1' });
    expect(status).to.equal(200);
    expect(headers).to.include({ 'cache-control': 'no-store' });
    expect(body).to.deep.equal({ traceId: headers['x-trace-id'] });
    for (const ticket of [mine, fromElsewhere]) expect(await stillGood(ticket)).to.equal(false);
    for (const ticket of others) expect(await stillGood(ticket)).to.equal(true);
    expect(here.eventsOf('ws_ticket_revoked').at(-1)).to.include({
      traceId: headers['x-trace-id'],
      subject: 'alice',
      sessionId: 'a-1',
      scope: 'session',
      via: 'backchannel',
    });
  });

  it('ends the session of a logout token without a subject', async () => {
    const [ended, other] = [await ticketOf('alice', 'a-3'), await ticketOf('alice', 'a-4')];
    expect((await logOut({ sub: undefined, sid: 'a-3' })).status).to.equal(200);
    expect(await stillGood(ended)).to.equal(false);
    expect(await stillGood(other)).to.equal(true);
  });

  it('ends all sessions of the subject when the logout token has no sid', async () => {
    const tickets = [await ticketOf('carol', 'c-1'), await ticketOf('carol', 'c-2')];
    const bobs = await ticketOf('bob', 'b-1');
    expect((await logOut({ sub: 'carol' })).status).to.equal(200);
    for (const ticket of tickets) expect(await stillGood(ticket)).to.equal(false);
    expect(await stillGood(bobs)).to.equal(true);
    expect(here.eventsOf('ws_ticket_revoked').at(-1)).to.include({ scope: 'subject', via: 'backchannel' });
  });

  it('refuses the JWTs of an ended session from then on, and accepts those of a new login', async () => {
    await logOut({ sub: 'dave', sid: 'd-1' });
    const answer = await requestTicket(elsewhere, jwtOf('dave', 'd-1'));
    expectRefusal(answer, 401, 'AUTH_TOKEN_INVALID');
    expect(elsewhere.eventsOf('auth_rejected').at(-1)).to.include({ reason: 'session_ended' });
    const old = jwtOf('dave', 'd-2');
    expect((await requestTicket(elsewhere, old)).status).to.equal(200);
    await logOut({ sub: 'dave' });
    expectRefusal(await requestTicket(elsewhere, old), 401, 'AUTH_TOKEN_INVALID');
    expect((await requestTicket(elsewhere, jwtOf('dave', 'd-3', seconds() + 2))).status).to.equal(200);
  });

  it('returns 400 for the same logout token again, at every instance, and ends nothing', async () => {
    const again = { logout_token: logoutToken({ sub: 'erin' }) };
    expect((await send(again)).status).to.equal(200);
    const ticket = await issueTicket(here, { jwt: jwtOf('erin', 'e-1', seconds() + 2) });
    expectRefusal(await send(again, elsewhere), 400, 'BAD_REQUEST');
    const answer = await send(again);
    expectRefusal(answer, 400, 'BAD_REQUEST');
    expect(await stillGood(ticket)).to.equal(true);
    expect(await reasonIn(answer)).to.equal('logout token: its jti was used before');
    expect(elsewhere.eventsOf('auth_rejected').at(-1)).to.include({
      reason: 'claims',
      detail: 'logout token: its jti was used before',
    });
  });

  it('stores the used logout token under a digest, for longer than it is accepted', async () => {
    const before = await keys();
    await logOut({ sub: 'frank', sid: 'session-of-frank', jti: 'jti-of-frank' });
    const added = (await keys()).filter((key) => !before.includes(key));
    expect(added.join()).not.to.match(/frank|idp/);
    const ttls = await Promise.all(added.map(async (key) => Number(await redis.cli('PTTL', key))));
    expect(ttls.filter((ttl) => ttl > 600_000 && ttl <= 660_000)).to.have.lengthOf(1);
  });
  const keys = async () => (await redis.cli('KEYS', 'ticketd:*')).split('\n').filter((key) => !key.includes('probe'));

  it('returns 400 for a logout token that is not valid, with the reason only in the log', async () => {
    const ticket = await ticketOf('alice', 'a-5');
    const invalid = logoutToken({ sid: 'a-5', nonce: 'n' });
    const answer = await send({ logout_token: invalid });
    expectRefusal(answer, 400, 'BAD_REQUEST');
    expect(answer.body.message).to.equal('Send one valid logout token as the form field "logout_token"');
    expect(await stillGood(ticket)).to.equal(true);
    expect(await reasonIn(answer)).to.equal('logout token: it has a nonce');
    for (const part of invalid.split('.').slice(1)) expect(JSON.stringify(here.events)).not.to.include(part);
  });

  const badBodies: readonly (readonly [what: string, body: () => string, reason: RegExp])[] = [
    ['an empty body', () => '', /^logout token: the form does not have it$/],
    ['a form without the field', () => 'token=x', /^logout token: the form does not have it$/],
    ['an empty field', () => 'logout_token=', /^logout token: it is not three parts/],
    [
      'the field twice',
      () => `logout_token=${logoutToken()}&logout_token=${logoutToken()}`,
      /^logout token: the form has more than one$/,
    ],
    [
      'an access token',
      () => `logout_token=${token({ iss: ISSUER, aud: CLIENT_ID })}`,
      /^logout token: its events do not have/,
    ],
  ];
  for (const [what, body, reason] of badBodies)
    it(`returns 400 for ${what}`, async () => {
      const answer = await send(body());
      expectRefusal(answer, 400, 'BAD_REQUEST');
      expect(await reasonIn(answer)).to.match(reason);
    });

  it('ignores other fields of the form', async () => {
    expect((await send(`state=x&logout_token=${logoutToken()}&state=y`)).status).to.equal(200);
  });

  it('returns 415 for a body that is not a form, and 413 for more than 16 KiB', async () => {
    const json = send({ logout_token: logoutToken() }).type('json');
    expectRefusal(await json, 415, 'UNSUPPORTED_MEDIA_TYPE');
    expectRefusal(await send(`logout_token=${'x'.repeat(16_384)}`), 413, 'PAYLOAD_TOO_LARGE');
    const long = logoutToken({ groups: 'x'.repeat(11_000) });
    expect((await send({ logout_token: long })).status).to.equal(200);
  });

  it('returns 401 for a logout token in place of an access token', async () => {
    const jwt = signLogoutToken(logoutClaims({ exp: seconds() + 60 }), {
      secret: SECRET,
      header: { typ: 'JWT' },
    });
    const answer = await requestTicket(here, jwt);
    expectRefusal(answer, 401, 'AUTH_TOKEN_INVALID');
    expect(await reasonIn(answer)).to.equal(
      'it has events: it is a logout token or a security event, not an access token',
    );
  });

  it('returns 405 for another method, and 404 without BACKCHANNEL_LOGOUT_AUDIENCE', async () => {
    expectRefusal(await request(here.url).get(BACKCHANNEL_LOGOUT_PATH), 405, 'METHOD_NOT_ALLOWED');
    await withService({ REDIS_URL: 'memory://', JWT_ISSUER: ISSUER }, async (service) => {
      expectRefusal(await logOut({}, service), 404, 'NOT_FOUND');
    });
  });

  it('returns 503 when the key of the logout token cannot be fetched', async () => {
    const known = ecKey('known');
    const provider = await startIdentityProvider(known);
    const env = {
      REDIS_URL: 'memory://',
      JWT_SECRET: undefined,
      JWT_JWKS_URL: provider.url,
      JWT_ISSUER: ISSUER,
      BACKCHANNEL_LOGOUT_AUDIENCE: CLIENT_ID,
    };
    await withService(env, async (service) => {
      const by = (key: typeof known) =>
        signLogoutToken(logoutClaims(), {
          secret: key.privateKey,
          algorithm: 'ES256',
          header: { kid: key.kid },
        });
      expect((await send({ logout_token: by(known) }, service)).status).to.equal(200);
      const answer = await send({ logout_token: by(ecKey('unknown')) }, service);
      expectRefusal(answer, 503, 'AUTH_KEYS_UNAVAILABLE');
      expect(await reasonIn(answer, service)).to.match(/^logout token: its kid "unknown" is not in/);
    });
  });

  it('counts logout tokens that are not valid as failed authentications', async () => {
    const env = { REDIS_URL: 'memory://', JWT_ISSUER: ISSUER, BACKCHANNEL_LOGOUT_AUDIENCE: CLIENT_ID };
    await withService(env, async (service) => {
      const post = createPost(50);
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const url = `${service.url}${BACKCHANNEL_LOGOUT_PATH}`;
      const refused = BAD_CREDENTIALS.allowed + 1;
      await Promise.all(Array.from({ length: refused }, () => post(url, headers, 'logout_token=x')));
      expect(service.eventsOf('bad_credentials_flood')).to.have.lengthOf(1);
    });
  });

  it('returns 503 and logs whose session did not end when Redis is down, and returns 400 for a logout token that is not valid', async () => {
    const again = { logout_token: logoutToken({ sid: 'session-7' }) };
    expect(await refusedRevocations()).to.equal(0);
    await redis.stop();
    await until('the outage is logged', () => here.eventsOf('redis_down').length === 1);
    const answer = await send(again);
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
    expectRefusal(await logOut({ nonce: 'n' }), 400, 'BAD_REQUEST');
    const [logged, ...more] = here.eventsOf('ws_ticket_redis_not_ready');
    expect(logged).to.include({ subject: 'alice', sessionId: 'session-7' });
    expect(more).to.deep.equal([]);
    await until('the refusal is counted', async () => (await refusedRevocations()) === 1);
    await redis.start();
    await until('Redis is back', () => here.eventsOf('redis_up').length === 1);
    expect((await send(again)).status).to.equal(200);
  });
});
