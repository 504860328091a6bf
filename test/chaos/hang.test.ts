import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { expectThrough } from './support/chaos-case.ts';
import { NO_REPLY } from './support/expect-usual.ts';

describe('Redis connection when Redis hangs', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis({ args: ['--enable-debug-command', 'yes'], password: 'chaos-secret' });
  });

  it('makes ticketd not ready within 2 s and recovers when Redis continues (3)', async () => {
    await expectThrough({
      case: 3,
      name: 'SIGSTOP for 10 s',
      env: { REDIS_URL: redis.url },
      fault: redis.pause,
      heal: redis.resume,
      lastsMs: 10_000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });

  it('keeps ticketd ready when the hang lasts 0.8 s (16)', async () => {
    const { answers } = await expectThrough({
      case: 16,
      name: 'DEBUG SLEEP 0.8',
      env: { REDIS_URL: redis.url },
      fault: () => redis.cli('DEBUG', 'SLEEP', '0.8'),
      detectedBy: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });

  it('makes ticketd not ready when the hang lasts 3 s (17)', async () => {
    let asleep: Promise<string> | undefined;
    await expectThrough({
      case: 17,
      name: 'DEBUG SLEEP 3',
      env: { REDIS_URL: redis.url },
      fault: () => {
        asleep = redis.cli('DEBUG', 'SLEEP', '3');
      },
      heal: () => asleep,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });

  it('makes ticketd not ready when only writes hang (18)', async () => {
    await expectThrough({
      case: 18,
      name: 'CLIENT PAUSE 3000 WRITE',
      env: { REDIS_URL: redis.url },
      fault: () => redis.cli('CLIENT', 'PAUSE', '3000', 'WRITE'),
      lastsMs: 3000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });
});
