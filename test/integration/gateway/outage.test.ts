import { expect } from 'chai';
import type { GatewayOptions } from '../../../src/gateway/gateway.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { type Answered, knock, refused } from '../../support/knock.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

type Way = (of: { readonly service: RunningService; readonly redis: TestRedis }) => GatewayOptions['redeem'];

const WAYS: Readonly<Record<string, Way>> = {
  'over HTTP': ({ service }) => ({ url: service.internalUrl, key: GATEWAY_KEY }),
  'from Redis': ({ redis }) => ({ redis: { url: redis.url, commandTimeoutMs: 300 } }),
};

for (const [name, way] of Object.entries(WAYS))
  describe(`ticketd/gateway with redeem ${name} when Redis fails`, () => {
    let redis: TestRedis;
    let service: RunningService;
    let rig: GatewayRig;

    beforeEach(async () => {
      redis = await startRedis();
      const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, REDIS_COMMAND_TIMEOUT_MS: '300' };
      service = await startService(env);
      rig = await startGateway({ redeem: way({ service, redis }) });
    });
    afterEach(async () => {
      await rig.stop();
      await service.stop();
      await redis.stop();
    });

    const knowsOfOutage = ({ events }: { readonly events: readonly { readonly event: string }[] }) =>
      events.some(({ event }) => event === 'redis_down') || !events.some(({ event }) => event === 'redis_connect_ok');

    const expectUnavailable = async (ticket: string, errorCode: string) => {
      const { status, headers, body } = await refused(`${rig.url}?ticket=${ticket}`);
      expect({ status, errorCode: body.errorCode, retryAfter: body.retryAfter }).to.deep.equal({
        status: 503,
        errorCode,
        retryAfter: 2,
      });
      expect(headers['retry-after']).to.equal('2');
      expect(rig.eventsOf('redeem_failed').at(-1)).to.include({ level: 'error', errorCode, traceId: body.traceId });
      expect(rig.eventsOf('upgrade_refused')).to.deep.equal([]);
    };

    it('returns 503 with Retry-After, never 403, and admits clients once Redis is back', async () => {
      const ticket = await issueTicket(service);
      await redis.stop();
      await until('the outage is logged', () => [service, rig].every(knowsOfOutage));
      await expectUnavailable(ticket, 'WS_TICKET_REDIS_NOT_READY');
      await redis.start();
      await until('a ticket is good again', async () => {
        const fresh = await issueTicket(service).catch(() => 'none');
        return hangUp(await knock(`${rig.url}?ticket=${fresh}`)) === 101;
      });
    });

    it('returns 503 WS_TICKET_OUTCOME_UNKNOWN when the Redis reply is lost', async () => {
      const ticket = await issueTicket(service);
      await redis.pause();
      await expectUnavailable(ticket, 'WS_TICKET_OUTCOME_UNKNOWN');
      await redis.resume();
    });
  });

const hangUp = (answered: Answered): number => {
  if ('socket' in answered) answered.socket.terminate();
  return answered.status;
};
