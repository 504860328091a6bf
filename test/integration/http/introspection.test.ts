import { expect } from 'chai';
import request, { type Test } from 'supertest';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { bearer, token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, REDEEM_PATH, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const PATH = '/oauth2/introspect';
// With characters that OAuth clients percent-encode before Basic.
const ODD_KEY = 'a+key:of%2B32&characters/or=more?~yes';
const ORIGIN = 'https://app.example';

type Form = Readonly<Record<string, string>> | string;

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('POST /oauth2/introspect', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = {
      REDIS_URL: redis.url,
      GATEWAY_KEYS: `${GATEWAY_KEY},${ODD_KEY}`,
      REDIS_COMMAND_TIMEOUT_MS: '300',
      TICKET_CLAIMS: 'tenant',
    };
    service = await startService(env);
  });
  after(() => service.stop());

  const introspect = (form: Form, headers: Readonly<Record<string, string>> = bearer(GATEWAY_KEY)): Test =>
    request(service.internalUrl).post(PATH).type('form').set(headers).send(form);
  const last = (event: 'ws_ticket_redeemed' | 'ws_ticket_rejected') => service.eventsOf(event).at(-1);

  it('returns every claim of the ticket, times in whole seconds, and consumes it', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const jwt = token({ iss: 'https://idp.example/', tenant: { id: 7 }, exp });
    const ticket = await issueTicket(service, { jwt, audience: 'chat', channel: 'room/1' });
    const { status, headers, body } = await introspect({ token: ticket, audience: 'chat' });
    const { iat, ...rest } = body;
    expect(status).to.equal(200);
    expect(headers['cache-control']).to.equal('no-store');
    expect(rest).to.deep.equal({
      active: true,
      iss: 'https://idp.example/',
      sub: 'alice',
      sid: 'session-1',
      aud: 'chat',
      exp,
      token_type: 'ticket',
      channel: 'room/1',
      tenant: { id: 7 },
    });
    expect(Number.isInteger(iat) && iat <= Date.now() / 1000 && iat > exp - 700).to.equal(true);
    expect(last('ws_ticket_redeemed')).to.include({ via: 'introspection', subject: 'alice' });
    expect((await introspect({ token: ticket, audience: 'chat' })).body).to.deep.equal({ active: false });
    expect(last('ws_ticket_rejected')).to.include({ via: 'introspection', reason: 'used' });
  });

  it('leaves out what the ticket does not have', async () => {
    const ticket = await issueTicket(service, { jwt: token({ sessionId: undefined }) });
    const { body } = await introspect({ token: ticket });
    expect(body).to.have.all.keys('active', 'sub', 'exp', 'iat', 'token_type');
  });

  it('returns { "active": false } for what cannot be redeemed, and logs why', async () => {
    const bound = { audience: 'chat', origin: ORIGIN, path: '/files/1' };
    const whole = { audience: 'chat', origin: ORIGIN, path: '/files/1' };
    const cases: readonly (readonly [string, Form])[] = [
      ['unknown', { token: newTicket() }],
      ['malformed', { token: '' }],
      ['malformed', { token: token() }],
      ['audience', { ...whole, audience: 'news', token: await issueTicket(service, bound) }],
      ['audience', { token: await issueTicket(service, bound) }],
      ['path', { ...whole, path: '/files/2', token: await issueTicket(service, bound) }],
      ['path', { audience: 'chat', origin: ORIGIN, token: await issueTicket(service, bound) }],
      ['origin', { ...whole, origin: 'https://evil.example', token: await issueTicket(service, bound) }],
      ['origin', { origin: '', token: await issueTicket(service, { origin: ORIGIN }) }],
    ];
    for (const [reason, form] of cases) {
      const { status, body } = await introspect(form);
      expect({ status, body }, JSON.stringify(form)).to.deep.equal({ status: 200, body: { active: false } });
      expect(last('ws_ticket_rejected')).to.include({ reason, via: 'introspection' });
    }
    const accepted = { ...whole, origin: '', token: await issueTicket(service, bound) };
    expect((await introspect(accepted)).body).to.include({ active: true });
  });

  it('does not check the origin when the form has none', async () => {
    const ticket = await issueTicket(service, { origin: ORIGIN });
    expect((await introspect({ token: ticket })).body).to.include({ active: true });
  });

  for (const [what, formOf] of [
    ['no token', () => ''],
    ['the token twice', (ticket: string) => `token=${ticket}&token=${ticket}`],
    ['the audience twice', (ticket: string) => `token=${ticket}&audience=a&audience=b`],
    ['the origin twice', (ticket: string) => `token=${ticket}&origin=a&origin=b`],
    ['the path twice', (ticket: string) => `token=${ticket}&path=/a&path=/b`],
  ] as const)
    it(`returns 400 for ${what}, and does not use the ticket`, async () => {
      const ticket = await issueTicket(service);
      expectRefusal(await introspect(formOf(ticket)), 400, 'BAD_REQUEST');
      expect((await introspect({ token: ticket })).body).to.include({ active: true });
    });

  it('ignores other fields, as RFC 7662 demands', async () => {
    const form = {
      token: await issueTicket(service),
      token_type_hint: 'access_token',
      scope: 'read',
      client_id: 'app',
    };
    expect((await introspect(form)).body).to.include({ active: true });
  });

  it('returns 415 for a body of another type', async () => {
    const json = request(service.internalUrl).post(PATH).set(bearer(GATEWAY_KEY)).send({ token: newTicket() });
    expectRefusal(await json, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  const encoded = encodeURIComponent(ODD_KEY);
  for (const [what, headers] of Object.entries({
    'a bearer token': bearer(ODD_KEY),
    'the password of Basic': basic('any client', ODD_KEY),
    'the percent-encoded password of Basic': basic('any%20client', encoded),
    'the password of Basic without a user': basic('', ODD_KEY),
    'the password of basic in lower case': { Authorization: basic('app', ODD_KEY).Authorization.replace('B', 'b') },
  }))
    it(`accepts a gateway key as ${what}`, async () => {
      expect((await introspect({ token: await issueTicket(service) }, headers)).body).to.include({ active: true });
    });

  // RFC 6749, section 5.2: the challenge has the scheme that the client used.
  for (const [what, headers, scheme] of [
    ['no key', {}, 'Bearer'],
    ['a wrong bearer token', bearer('x'.repeat(40)), 'Bearer'],
    ['a wrong password', basic('app', 'x'.repeat(40)), 'Basic'],
    ['a key as the user', basic(GATEWAY_KEY, ''), 'Basic'],
    ['a key that is not base64', { Authorization: `basic ${ODD_KEY}` }, 'Basic'],
    ['an empty Basic', { Authorization: 'Basic ' }, 'Basic'],
  ] as const)
    it(`returns 401 with a ${scheme} challenge for ${what}, and does not use the ticket`, async () => {
      const ticket = await issueTicket(service);
      const answer = await introspect({ token: ticket }, headers);
      expectRefusal(answer, 401, 'GATEWAY_UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).to.equal(`${scheme} realm="ticketd"`);
      expect((await introspect({ token: ticket })).body).to.include({ active: true });
    });

  it('is the only route that takes a key by Basic', async () => {
    const asked = request(service.internalUrl).post(REDEEM_PATH).set(basic('app', GATEWAY_KEY)).send({ ticket: 'x' });
    const answer = await asked;
    expectRefusal(answer, 401, 'GATEWAY_UNAUTHORIZED');
    expect(answer.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
  });

  it('returns 404 on the public listener, and without GATEWAY_KEYS', async () => {
    expect((await request(service.url).post(PATH).type('form').send('token=x')).status).to.equal(404);
    await withService({ REDIS_URL: 'memory://' }, async ({ internalUrl }) => {
      expect((await request(internalUrl).post(PATH).type('form').send('token=x')).status).to.equal(404);
    });
  });

  // As in Spring Security 6: SpringOpaqueTokenIntrospector, with a client id and a secret.
  it('answers the opaque-token introspector of Spring Security', async () => {
    const headers = { Accept: 'application/json', ...basic('chat', encoded) };
    const { status, type, body } = await introspect({ token: await issueTicket(service) }, headers);
    expect({ status, type }).to.deep.equal({ status: 200, type: 'application/json' });
    expect(body).to.include({ active: true, sub: 'alice' });
    expect(new Date(body.exp * 1000).getTime()).to.be.above(Date.now());
    expect((await introspect({ token: newTicket() }, headers)).body).to.deep.equal({ active: false });
  });

  // As its authenticator oauth2_introspection with introspection_request_headers does; an empty scope is always there.
  it('answers the introspection of Ory Oathkeeper', async () => {
    const form = `token=${await issueTicket(service)}&scope=`;
    const { status, body } = await introspect(form, bearer(GATEWAY_KEY));
    expect(status).to.equal(200);
    // Oathkeeper compares `token_use` with refresh_token, `iss` and `aud` only where its configuration lists some.
    expect(body).to.include({ active: true, sub: 'alice' }).and.not.have.property('token_use');
  });

  it('returns 503 in an outage, never { "active": false }', async () => {
    const [lost, kept] = [await issueTicket(service), await issueTicket(service)];
    await redis.pause();
    expectRefusal(await introspect({ token: lost }), 503, 'WS_TICKET_OUTCOME_UNKNOWN');
    await redis.resume();
    await until('tickets are redeemed again', async () => (await redeem(service, { ticket: lost })).status === 403);
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length > 0);
    const answer = await introspect({ token: kept });
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
  });
});
