import { expect } from 'chai';
import { GATEWAY_KEY, issueTicket, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('POST /ws-ticket/redeem when Redis is down', () => {
  let redis: TestRedis;
  let service: RunningService;

  beforeEach(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, REDIS_COMMAND_TIMEOUT_MS: '300' };
    service = await startService(env);
  });
  afterEach(async () => {
    await service.stop();
    await redis.stop();
  });

  it('returns 503 WS_TICKET_REDIS_NOT_READY, never 403, and logs it once', async () => {
    const ticket = await issueTicket(service);
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    const answer = await redeem(service, { ticket });
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
    expect(service.eventsOf('ws_ticket_redis_not_ready').map(({ traceId }) => traceId)).to.deep.equal([
      answer.body.traceId,
    ]);
    expect(service.eventsOf('ws_ticket_rejected')).to.deep.equal([]);
  });

  it('returns 401 when the key is wrong', async () => {
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    expectRefusal(await redeem(service, {}).set('Authorization', 'Bearer no'), 401, 'GATEWAY_UNAUTHORIZED');
  });

  it('returns 503 WS_TICKET_OUTCOME_UNKNOWN when the Redis reply is lost', async () => {
    const ticket = await issueTicket(service);
    await redis.pause();
    const answer = await redeem(service, { ticket });
    await redis.resume();
    expectRefusal(answer, 503, 'WS_TICKET_OUTCOME_UNKNOWN');
    expect(answer.headers['retry-after']).to.equal('2');
    const logged = service.eventsOf('ws_ticket_outcome_unknown');
    expect(logged.map(({ traceId }) => traceId)).to.deep.equal([answer.body.traceId]);
    expect(service.eventsOf('ws_ticket_redis_not_ready')).to.deep.equal([]);
    await until('tickets are redeemed again', async () => {
      const { status } = await redeem(service, { ticket });
      return status === 403;
    });
    expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'used' });
  });
});
