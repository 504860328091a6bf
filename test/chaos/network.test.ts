import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED, NO_REPLY } from './support/expect-usual.ts';
import { type FarRedis, startFarRedis } from './support/far-redis.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('Redis connection when the network drops packets', () => {
  let redis: FarRedis;

  before(async () => {
    redis = await startFarRedis();
  });
  afterEach(() => redis.heal());
  after(() => redis.remove());

  it('makes ticketd not ready within 2 s when all packets are dropped (4)', async () => {
    await expectThrough({
      case: 4,
      name: `packets dropped both ways for 6 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: () => redis.drop('both'),
      heal: redis.heal,
      lastsMs: 6000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });

  it('makes ticketd not ready within 2 s when all Redis replies are dropped (5)', async () => {
    await expectThrough({
      case: 5,
      name: `replies dropped for 6 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: () => redis.drop('replies'),
      heal: redis.heal,
      lastsMs: 6000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });
});

describe('Redis connection when it is reset', () => {
  it('is replaced by exactly one new connection (6)', async () => {
    const proxy = await startFaultProxy(await startRedis());
    try {
      await expectThrough({
        case: 6,
        name: 'RST',
        env: { REDIS_URL: proxy.url },
        fault: proxy.reset,
        detectedBy: CLOSED,
        detectedWithinMs: 200,
      });
      expect(proxy.forTickets).to.equal(2);
    } finally {
      await proxy.close();
    }
  });
});
