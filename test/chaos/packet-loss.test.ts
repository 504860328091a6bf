import { expect } from 'chai';
import { expectThrough } from './support/chaos-case.ts';
import { type FarRedis, startFarRedis } from './support/far-redis.ts';

describe('Redis connection when the network loses packets', () => {
  let redis: FarRedis;

  before(async () => {
    redis = await startFarRedis();
  });
  after(() => redis.remove());

  it('keeps ticketd ready with 5 % packet loss (23)', async () => {
    const { answers } = await expectThrough({
      case: 23,
      name: `5 % of the packets lost for 20 s (${redis.by})`,
      env: { REDIS_URL: redis.url },
      fault: redis.loseOneInTwenty,
      heal: redis.heal,
      lastsMs: 20_000,
      detectedBy: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });
});
