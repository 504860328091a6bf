import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const CLIENT = '192.0.2.7';

describe('client address in the log', () => {
  let redis: TestRedis;
  let service: RunningService;
  beforeEach(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, TRUSTED_PROXIES: '127.0.0.0/8' };
    service = await startService(env);
  });
  afterEach(async () => {
    await service.stop();
    await redis.stop();
  });

  const lastOf = (event: Parameters<RunningService['eventsOf']>[0]) => service.eventsOf(event).at(-1);

  it('is logged when a ticket is issued, redeemed, rejected and revoked', async () => {
    await requestTicket(service).set('X-Forwarded-For', `1.1.1.1, ${CLIENT}`);
    expect(lastOf('ws_ticket_issued')).to.include({ address: CLIENT });
    const ticket = await issueTicket(service);
    await redeem(service, { ticket }).set('X-Forwarded-For', '198.51.100.1');
    expect(lastOf('ws_ticket_redeemed')).to.include({ address: '198.51.100.1' });
    await redeem(service, { ticket });
    expect(lastOf('ws_ticket_rejected')).to.include({ address: '127.0.0.1' });
    await revoke(service).set('X-Forwarded-For', CLIENT);
    expect(lastOf('ws_ticket_revoked')).to.include({ address: CLIENT });
  });

  it('is logged when an outage or a bad JWT refuses a request', async () => {
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    await requestTicket(service).set('X-Forwarded-For', CLIENT);
    expect(lastOf('ws_ticket_redis_not_ready')).to.include({ address: CLIENT });
    await requestTicket(service, 'garbage').set('X-Forwarded-For', CLIENT);
    await until('the request is logged', () => lastOf('request')?.errorCode === 'AUTH_TOKEN_INVALID');
    expect(lastOf('request')).to.include({ address: CLIENT });
  });

  it('is the same for several X-Forwarded-For headers as for one', async () => {
    const headers = [`Authorization: Bearer ${token()}`, 'X-Forwarded-For: 1.1.1.1', `x-forwarded-for: ${CLIENT}`];
    const line = 'POST /api/v1/auth/ws-ticket HTTP/1.1';
    await exchange(service.url, rawRequest(line, ['Host: x', 'Connection: close', ...headers]));
    expect(lastOf('ws_ticket_issued')).to.include({ address: CLIENT });
  });

  it('ignores X-Forwarded-For when no proxy is trusted or the sender is not a trusted proxy', async () => {
    for (const env of [{}, { TRUSTED_PROXIES: '10.0.0.0/8' }])
      await withService({ REDIS_URL: redis.url, ...env }, async (other) => {
        await requestTicket(other).set('X-Forwarded-For', CLIENT);
        expect(other.eventsOf('ws_ticket_issued').map(({ address }) => address)).to.deep.equal(['127.0.0.1']);
      });
  });
});
