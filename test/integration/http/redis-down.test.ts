import { expect } from 'chai';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ticketKeys } from '../../support/ticket-keys.ts';
import { until } from '../../support/until.ts';

describe('POST /ws-ticket when Redis is down', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url });
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
  });
  after(() => service.stop());

  it('returns 503 with exactly the body of the contract', async () => {
    const { status, headers, body } = await requestTicket(service);
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.equal('2');
    expect(headers['cache-control']).to.equal('no-store');
    expect(body).to.deep.equal({
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      message: 'Ticket service temporarily unavailable',
      traceId: headers['x-trace-id'],
      retryAfter: 2,
    });
  });

  it('returns 401 for an invalid JWT', async () => {
    expectRefusal(await requestTicket(service, 'garbage'), 401, 'AUTH_TOKEN_INVALID');
    expectRefusal(await requestTicket(service).unset('Authorization'), 401, 'AUTH_TOKEN_MISSING');
  });

  it('logs ws_ticket_redis_not_ready exactly once per request', async () => {
    const before = service.eventsOf('ws_ticket_redis_not_ready').length;
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await requestTicket(service)));
    const logged = service.eventsOf('ws_ticket_redis_not_ready').slice(before);
    expect(logged.map(({ traceId }) => traceId)).to.have.members(answers.map(({ body }) => body.traceId));
    for (const event of logged) {
      expect(event).to.include({ subject: 'alice', sessionId: 'session-1' });
      expect(event.error).to.be.a('string').that.is.not.empty;
      expect(event.errorCode).to.be.a('string').that.is.not.empty;
    }
  });

  it('does not log ws_ticket_redis_not_ready for an invalid JWT', async () => {
    const before = service.eventsOf('ws_ticket_redis_not_ready').length;
    await requestTicket(service, 'garbage');
    expect(service.eventsOf('ws_ticket_redis_not_ready')).to.have.length(before);
  });

  it('queues nothing: no ticket appears once Redis is back', async () => {
    await requestTicket(service);
    await redis.start();
    await until('tickets are issued again', async () => (await requestTicket(service)).status === 200);
    expect((await redis.cli('KEYS', ticketKeys())).split('\n')).to.have.length(1);
  });
});

describe('POST /ws-ticket when Redis does not store the ticket', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis();
  });

  it('returns 503 when Redis rejects the write', async () => {
    // May do all that readiness tries, and may not write a ticket.
    await redis.cli('ACL', 'SETUSER', 'service', 'on', '>secret', '+@all', '~ticketd:t2:probe:*', '~ticketd:r2:*');
    const url = redis.url.replace('redis://', 'redis://service:secret@');
    await withService({ REDIS_URL: url }, async (service) => {
      const response = await requestTicket(service);
      expectRefusal(response, 503, 'WS_TICKET_REDIS_NOT_READY');
      expect(response.headers['retry-after']).to.equal('2');
      const logged = service.eventsOf('ws_ticket_redis_not_ready');
      expect(logged.map(({ errorCode }) => errorCode)).to.deep.equal(['NOPERM']);
      expect(JSON.stringify(service.events)).not.to.include('secret@');
    });
  });

  it('returns 503 when Redis does not reply to the write in time', async () => {
    await withService({ REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '300' }, async (service) => {
      await redis.pause();
      try {
        const response = await requestTicket(service);
        expectRefusal(response, 503, 'WS_TICKET_REDIS_NOT_READY');
        expect(service.eventsOf('ws_ticket_redis_not_ready')).to.have.length(1);
      } finally {
        await redis.resume();
      }
      await until('tickets are issued again', async () => (await requestTicket(service)).status === 200);
    });
  });
});
