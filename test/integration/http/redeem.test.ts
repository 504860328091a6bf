import { expect } from 'chai';
import request from 'supertest';
import { subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { RARE_HEARTBEAT, ticketCommands } from '../../support/commands.ts';
import { bearer, token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { GATEWAY_KEY, issueTicket, REDEEM_PATH, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';

const OTHER_KEY = 'another-gateway-key-of-32-characters-or-more';
const ORIGIN = 'https://app.example';

describe('POST /ws-ticket/redeem', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({
      ...RARE_HEARTBEAT,
      REDIS_URL: redis.url,
      GATEWAY_KEYS: `${GATEWAY_KEY},${OTHER_KEY}`,
    });
  });
  after(() => service.stop());

  const lastOf = (event: 'ws_ticket_redeemed' | 'ws_ticket_rejected') => service.eventsOf(event).at(-1);

  it('returns 200 with exactly the fields of the contract', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const issued = await requestTicket(service, token({ exp, iss: 'https://idp.example/' }))
      .set('Origin', ORIGIN)
      .send({ audience: 'chat', channel: 'room/1' });
    const { status, headers, body } = await redeem(service, {
      ticket: issued.body.ticket,
      audience: 'chat',
      origin: ORIGIN,
    });
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    expect(headers['cache-control']).to.equal('no-store');
    const { issuedAt, sessionExpiresIn, revocationKeys, revocationPosition, ...rest } = body;
    expect(rest).to.deep.equal({
      active: true,
      issuer: 'https://idp.example/',
      subject: 'alice',
      sessionId: 'session-1',
      audience: 'chat',
      channel: 'room/1',
      claims: null,
      expiresAt: issued.body.expiresAt,
      sessionExpiresAt: new Date(exp * 1000).toISOString(),
      traceId: headers['x-trace-id'],
    });
    expect(revocationKeys).to.include(subjectKey({ issuer: 'https://idp.example/', subject: 'alice' }));
    for (const key of revocationKeys) expect(key).to.match(/^[\w-]{22}$/);
    expect(revocationPosition).to.match(/^\d{13}-\d{10}$/);
    expect(Date.parse(body.expiresAt) - Date.parse(issuedAt)).to.equal(30_000);
    const leftAtIssue = (exp * 1000 - Date.parse(issuedAt)) / 1000;
    expect(sessionExpiresIn).to.be.within(leftAtIssue - 30, leftAtIssue);
  });

  it('returns null for a missing issuer, session, audience or channel', async () => {
    const ticket = await issueTicket(service, { jwt: token({ sessionId: undefined }) });
    const { body } = await redeem(service, { ticket });
    expect(body).to.include({ active: true, issuer: null, sessionId: null, audience: null, channel: null });
  });

  it('accepts each key in GATEWAY_KEYS', async () => {
    for (const key of [GATEWAY_KEY, OTHER_KEY]) {
      const ticket = await issueTicket(service);
      const { status } = await request(service.internalUrl).post(REDEEM_PATH).set(bearer(key)).send({ ticket });
      expect(status).to.equal(200);
    }
  });

  for (const [name, header] of [
    ['no key', undefined],
    ['a wrong key', `Bearer ${'x'.repeat(40)}`],
    ['a key without its last character', `Bearer ${GATEWAY_KEY.slice(0, -1)}`],
    ['both keys as one', `Bearer ${GATEWAY_KEY},${OTHER_KEY}`],
    ['a key with another scheme', `Basic ${GATEWAY_KEY}`],
    ['a valid JWT', `Bearer ${token()}`],
  ] as const)
    it(`returns 401 GATEWAY_UNAUTHORIZED for ${name}, and does not use the ticket`, async () => {
      const ticket = await issueTicket(service);
      const asked = request(service.internalUrl).post(REDEEM_PATH).send({ ticket });
      const answer = await (header === undefined ? asked : asked.set('Authorization', header));
      expectRefusal(answer, 401, 'GATEWAY_UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
      expect((await redeem(service, { ticket })).status).to.equal(200);
    });

  it('returns the same body for every refusal, and logs the reason', async () => {
    const used = await issueTicket(service);
    await redeem(service, { ticket: used });
    const cases: readonly (readonly [string, object])[] = [
      ['used', { ticket: used }],
      ['unknown', { ticket: newTicket() }],
      ['malformed', { ticket: 'wst_nonsense' }],
      ['malformed', { ticket: '' }],
      ['audience', { ticket: await issueTicket(service, { audience: 'chat' }), audience: 'news' }],
      ['audience', { ticket: await issueTicket(service, { audience: 'chat' }) }],
      ['origin', { ticket: await issueTicket(service, { origin: ORIGIN }), origin: 'https://evil.example' }],
      ['origin', { ticket: await issueTicket(service, { origin: ORIGIN }), origin: null }],
    ];
    const bodies = new Set<string>();
    for (const [reason, body] of cases) {
      const answer = await redeem(service, body);
      expectRefusal(answer, 403, 'WS_TICKET_NOT_REDEEMABLE');
      expect(lastOf('ws_ticket_rejected')).to.include({ reason, via: 'http', traceId: answer.body.traceId });
      bodies.add(JSON.stringify({ ...answer.body, traceId: '' }));
    }
    expect([...bodies]).to.have.length(1);
  });

  it('checks the origin only when the gateway sends it, with null for none', async () => {
    const [bound, unbound] = [await issueTicket(service, { origin: ORIGIN }), await issueTicket(service)];
    expect((await redeem(service, { ticket: bound })).status).to.equal(200);
    expect((await redeem(service, { ticket: unbound, origin: null })).status).to.equal(200);
  });

  it('burns a ticket at any attempt', async () => {
    const ticket = await issueTicket(service, { audience: 'chat' });
    expectRefusal(await redeem(service, { ticket, audience: 'news' }), 403, 'WS_TICKET_NOT_REDEEMABLE');
    expectRefusal(await redeem(service, { ticket, audience: 'chat' }), 403, 'WS_TICKET_NOT_REDEEMABLE');
    expect(lastOf('ws_ticket_rejected')).to.include({ reason: 'used' });
  });

  it('sends no Redis command for a ticket with a wrong form or checksum', async () => {
    await redis.cli('CONFIG', 'RESETSTAT');
    for (const ticket of ['x'.repeat(53), newTicket().replace(/.$/, '!'), newTicket().replace(/....$/, '0000')])
      expectRefusal(await redeem(service, { ticket }), 403, 'WS_TICKET_NOT_REDEEMABLE');
    expect(await ticketCommands(redis)).to.deep.equal({ set: 0, mget: 0 });
  });

  it('redeems a ticket for exactly one of 50 concurrent requests', async () => {
    const ticket = await issueTicket(service);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => (await redeem(service, { ticket })).status),
    );
    expect(answers.filter((status) => status === 200)).to.have.length(1);
    expect(answers.filter((status) => status === 403)).to.have.length(49);
  });

  it('sends two commands to Redis', async () => {
    const ticket = await issueTicket(service);
    await redis.cli('CONFIG', 'RESETSTAT');
    await redeem(service, { ticket });
    expect(await ticketCommands(redis)).to.deep.equal({ set: 1, mget: 1 });
  });

  it('logs the ticket id and the trace id that it was issued under', async () => {
    const { body } = await requestTicket(service);
    await redeem(service, { ticket: body.ticket });
    const issued = service.eventsOf('ws_ticket_issued').at(-1);
    expect(lastOf('ws_ticket_redeemed')).to.include({
      ticketId: issued?.ticketId,
      issueTraceId: body.traceId,
      subject: 'alice',
      sessionId: 'session-1',
      via: 'http',
    });
    expect(JSON.stringify(service.events)).not.to.include(body.ticket).and.not.include(GATEWAY_KEY);
  });

  it('counts redeemed tickets, and rejected ones by reason', async () => {
    const counted = async () => {
      const { text } = await request(service.internalUrl).get('/metrics');
      const redeemed = metricValue(text, 'ticketd_tickets_redeemed_total', { via: 'http' }) ?? 0;
      const used = metricValue(text, 'ticketd_tickets_rejected_total', { via: 'http', reason: 'used' }) ?? 0;
      return { redeemed, used };
    };
    const before = await counted();
    const ticket = await issueTicket(service);
    for (let attempts = 0; attempts < 3; attempts += 1) await redeem(service, { ticket });
    expect(await counted()).to.deep.equal({ redeemed: before.redeemed + 1, used: before.used + 2 });
  });

  for (const [name, body] of Object.entries({
    'no body': '',
    'no ticket': '{}',
    'a ticket that is not a string': '{"ticket":7}',
    'an audience that is not a string': '{"ticket":"x","audience":["chat"]}',
    'an origin that is not a string': '{"ticket":"x","origin":{}}',
    'a misspelt property': '{"ticket":"x","audiance":"chat"}',
    'an array': '["x"]',
    'truncated JSON': '{"ticket":',
  }))
    it(`returns 400 for ${name}`, async () => {
      expectRefusal(await redeem(service, body), 400, 'BAD_REQUEST');
    });

  it('returns 413 for a body over 4 KiB, 415 for another type, 405 for another method', async () => {
    expectRefusal(await redeem(service, { ticket: 'x'.repeat(4096) }), 413, 'PAYLOAD_TOO_LARGE');
    expectRefusal(await redeem(service, 'x').set('Content-Type', 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const got = await request(service.internalUrl).get(REDEEM_PATH).set(bearer(GATEWAY_KEY));
    expectRefusal(got, 405, 'METHOD_NOT_ALLOWED');
    expect(got.headers.allow).to.equal('POST');
  });

  it('returns 404 on the public listener', async () => {
    const answer = await request(service.url).post(REDEEM_PATH).set(bearer(GATEWAY_KEY)).send({ ticket: newTicket() });
    expectRefusal(answer, 404, 'NOT_FOUND');
  });

  it('returns 404 without GATEWAY_KEYS', async () => {
    await withService({ REDIS_URL: redis.url }, async (keyless) => {
      expectRefusal(await redeem(keyless, { ticket: newTicket() }), 404, 'NOT_FOUND');
    });
  });

  it('works the same with memory://', async () => {
    await withService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY }, async (embedded) => {
      const ticket = await issueTicket(embedded);
      expect((await redeem(embedded, { ticket })).body).to.include({ active: true, subject: 'alice' });
      expectRefusal(await redeem(embedded, { ticket }), 403, 'WS_TICKET_NOT_REDEEMABLE');
    });
  });
});
