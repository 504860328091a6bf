import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { expectThrough } from './support/chaos-case.ts';
import { type FarRedis, startFarRedis } from './support/far-redis.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('a network', () => {
  let redis: FarRedis;

  before(async () => {
    redis = await startFarRedis();
  });
  afterEach(() => redis.heal());
  after(() => redis.remove());

  it('that loses everything is told within 2 s (4)', async () => {
    await expectThrough({
      case: 4,
      name: `packets dropped both ways for 6 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: () => redis.drop('both'),
      heal: redis.heal,
      lastsMs: 6000,
      detectedWithinMs: 2000,
    });
  });

  it('that loses every reply is told within 2 s (5)', async () => {
    await expectThrough({
      case: 5,
      name: `replies dropped for 6 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: () => redis.drop('replies'),
      heal: redis.heal,
      lastsMs: 6000,
      detectedWithinMs: 2000,
    });
  });

  it('that loses one packet in twenty is put up with (23)', async () => {
    const { answers } = await expectThrough({
      case: 23,
      name: `5 % of the packets lost for 20 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: redis.loseOneInTwenty,
      heal: redis.heal,
      lastsMs: 20_000,
      detectedWithinMs: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });
});

describe('a connection to Redis that is reset', () => {
  it('is told within 200 ms and replaced (6)', async () => {
    const proxy = await startFaultProxy(await startRedis());
    try {
      await expectThrough({
        case: 6,
        name: 'RST',
        env: { REDIS_URL: proxy.url },
        fault: proxy.reset,
        detectedWithinMs: 200,
      });
      expect(proxy.accepted).to.equal(2);
    } finally {
      await proxy.close();
    }
  });
});
