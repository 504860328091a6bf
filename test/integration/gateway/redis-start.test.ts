import { expect } from 'chai';
import type { GatewayOptions } from '../../../src/gateway/gateway.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { enter, knock, refused } from '../../support/knock.ts';
import { issueTicket } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('ticketd/gateway start() with redeem from Redis', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });

  const withRig = async (
    redeem: GatewayOptions['redeem'],
    use: (rig: GatewayRig) => Promise<void>,
    more: Partial<GatewayOptions> = {},
  ) => {
    const rig = await startGateway({ redeem, ...more }, {}, 'as made');
    try {
      await use(rig);
    } finally {
      await rig.stop();
    }
  };

  it('returns 503 and reports why before start()', async () => {
    await withRig({ redis: { url: redis.url } }, async (rig) => {
      expect(rig.gateway.isReady()).to.equal(false);
      const service = await startService({ REDIS_URL: redis.url });
      const url = `${rig.url}?ticket=${await issueTicket(service)}`;
      expect((await refused(url)).status).to.equal(503);
      expect(rig.eventsOf('gateway_misconfigured').at(-1)?.error).to.include('call start() first');
      await Promise.all([rig.gateway.start(), rig.gateway.start()]);
      expect(rig.eventsOf('redis_connect_ok')).to.have.length(1);
      (await enter(url)).socket.terminate();
      await service.stop();
    });
  });

  it('rejects with the Redis error, and the gateway keeps trying', async () => {
    const late = await startRedis();
    await late.stop();
    await withRig({ redis: { url: late.url, startupTimeoutMs: 300 } }, async (rig) => {
      const error = await rig.gateway.start().catch((reason: Error) => reason);
      expect(error).to.be.instanceOf(Error).with.property('message').that.includes('ECONNREFUSED');
      expect(rig.gateway.isReady()).to.equal(false);
      await late.start();
      await until('it is ready', rig.gateway.isReady);
    });
  });

  it('rejects without further events when the gateway is closed', async () => {
    const late = await startRedis();
    await late.stop();
    await withRig({ redis: { url: late.url, startupTimeoutMs: 60_000 } }, async (rig) => {
      const start = rig.gateway.start().catch((reason: Error) => reason.message);
      await until('it has begun', () => rig.events.length > 0);
      await rig.gateway.close();
      expect(await start).to.equal('the gateway was closed');
      expect(rig.events.map(({ event }) => event)).to.deep.equal(['redis_connect_start']);
    });
  });

  it('validates the Redis options like the configuration of ticketd', async () => {
    for (const [redisOptions, problem] of [
      [{ url: 'http://redis' }, /^invalid configuration: REDIS_URL: expected a URL that starts with redis/],
      [{ url: redis.url, keyPrefix: 'spa ced' }, /REDIS_KEY_PREFIX/],
      [{ url: redis.url, connectTimeoutMs: 1 }, /REDIS_CONNECT_TIMEOUT_MS/],
      [{ url: redis.url, tlsServername: 'redis.example' }, /REDIS_TLS_SERVERNAME: expected/],
      [{ url: `${redis.url},${redis.url}` }, /REDIS_URL: expected one server/],
      [{ url: 'memory://' }, /memory:\/\/ is a store inside ticketd/],
    ] as const)
      await withRig({ redis: redisOptions }, async (rig) => {
        const error = await rig.gateway.start().catch((reason: Error) => reason);
        expect(error).to.be.instanceOf(Error).with.property('message').that.matches(problem);
      });
  });

  it('finds tickets only under the same prefix and in the same database', async () => {
    const url = `${redis.url}/3`;
    const service = await startService({ REDIS_URL: url, REDIS_KEY_PREFIX: 'mine:' });
    for (const [redisOptions, status] of [
      [{ url, keyPrefix: 'mine:' }, 101],
      [{ url }, 403],
      [{ url: redis.url, keyPrefix: 'mine:' }, 403],
    ] as const)
      await withRig({ redis: redisOptions }, async (rig) => {
        await rig.gateway.start();
        const answer = await knock(`${rig.url}?ticket=${await issueTicket(service)}`);
        if ('socket' in answer) answer.socket.terminate();
        expect(answer.status).to.equal(status);
      });
    await service.stop();
  });
});
