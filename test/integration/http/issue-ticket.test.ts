import { expect } from 'chai';
import { RARE_HEARTBEAT, ticketCommands } from '../../support/commands.ts';
import { token } from '../../support/jwt.ts';
import { revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { keyOf, requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ticketKeys } from '../../support/ticket-keys.ts';

describe('POST /ws-ticket', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ ...RARE_HEARTBEAT, REDIS_URL: redis.url });
  });
  after(() => service.stop());

  it('returns 200 with exactly ticket, expiresIn, expiresAt and traceId', async () => {
    const before = Date.now();
    const { status, headers, body } = await requestTicket(service);
    const after = Date.now();
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    expect(headers['cache-control']).to.equal('no-store');
    expect(body).to.have.all.keys('ticket', 'expiresIn', 'expiresAt', 'traceId');
    expect(body.ticket).to.match(/^wst_[A-Za-z0-9_-]{43,60}$/);
    expect(body.expiresIn).to.equal(30);
    expect(new Date(body.expiresAt).toISOString()).to.equal(body.expiresAt);
    expect(Date.parse(body.expiresAt)).to.be.within(before + 30_000, after + 30_000);
    expect(body.traceId)
      .to.match(/^[0-9a-f]{32}$/)
      .that.equals(headers['x-trace-id']);
  });

  it('accepts the Bearer scheme in any case', async () => {
    const { status } = await requestTicket(service).set('Authorization', `bEARER   ${token()}`);
    expect(status).to.equal(200);
  });

  it('stores the ticket in Redis under its SHA-256 digest, for at most 30 seconds', async () => {
    const { body } = await requestTicket(service);
    const msLeft = Number(await redis.cli('PTTL', keyOf(body.ticket)));
    expect(msLeft).to.be.within(15_000, 30_000);
  });

  it('stores the ticket itself nowhere in Redis', async () => {
    const { body } = await requestTicket(service);
    const secret = body.ticket.slice('wst_'.length);
    const keys = (await redis.cli('KEYS', ticketKeys())).split('\n');
    expect(keys).to.include(keyOf(body.ticket));
    const values = await redis.cli('MGET', ...keys);
    expect(keys.join('\n') + values).not.to.include(secret);
  });

  it('sends two commands to Redis, and four after a revocation', async () => {
    const jwt = token({ sub: 'dave' });
    await redis.cli('CONFIG', 'RESETSTAT');
    await requestTicket(service, jwt);
    expect(await ticketCommands(redis)).to.deep.equal({ set: 1, mget: 1 });
    await revoke(service, 'session', jwt);
    await redis.cli('CONFIG', 'RESETSTAT');
    await requestTicket(service, jwt);
    expect(await ticketCommands(redis)).to.deep.equal({ set: 2, mget: 2 });
  });

  it('issues a new ticket for every request with the same JWT', async () => {
    const jwt = token();
    const [one, other] = await Promise.all([requestTicket(service, jwt), requestTicket(service, jwt)]);
    expect(one.body.ticket).not.to.equal(other.body.ticket);
  });

  it('logs a prefix of the ticket digest, and never the ticket', async () => {
    const { body } = await requestTicket(service, token({ sub: 'carol', sessionId: 'session-of-carol' }));
    const logged = service.eventsOf('ws_ticket_issued').filter(({ traceId }) => traceId === body.traceId);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.have.all.keys('event', 'traceId', 'address', 'sessionId', 'subject', 'ticketId', 'durationMs');
    expect(logged[0]).to.include({ sessionId: 'session-of-carol', subject: 'carol' });
    expect(logged[0]?.durationMs).to.be.a('number').at.least(0);
    expect(logged[0]?.ticketId).to.be.a('string').with.length.within(8, 24);
    expect(keyOf(body.ticket, '').slice('t2:'.length).startsWith(String(logged[0]?.ticketId))).to.equal(true);
    expect(JSON.stringify(service.events)).not.to.include(body.ticket);
  });

  it('issues 1,000 different tickets to 1,000 concurrent requests', async () => {
    const headers = { Authorization: `Bearer ${token()}` };
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const response = await fetch(`${service.url}/api/v1/auth/ws-ticket`, { method: 'POST', headers });
        const { ticket } = (await response.json()) as { ticket: string };
        return { status: response.status, ticket };
      }),
    );
    expect(answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
    expect(new Set(answers.map(({ ticket }) => ticket)).size).to.equal(1000);
    const kept = await redis.cli('EXISTS', ...answers.map(({ ticket }) => keyOf(ticket)));
    expect(kept).to.equal('1000');
  });
});
