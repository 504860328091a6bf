import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { keyOf } from '../support/request-ticket.ts';
import { ticketKeys } from '../support/ticket-keys.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('a Redis that hangs', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis({ args: ['--enable-debug-command', 'yes'], password: 'chaos-secret' });
  });

  it('is told within 2 s, and is back when it is (3)', async () => {
    await expectThrough({
      case: 3,
      name: 'SIGSTOP for 10 s',
      env: { REDIS_URL: redis.url },
      fault: redis.pause,
      heal: redis.resume,
      lastsMs: 10_000,
      detectedWithinMs: 2000,
    });
  });

  it('is forgiven a pause of 0.8 s (16)', async () => {
    const { answers } = await expectThrough({
      case: 16,
      name: 'DEBUG SLEEP 0.8',
      env: { REDIS_URL: redis.url },
      fault: () => redis.cli('DEBUG', 'SLEEP', '0.8'),
      detectedWithinMs: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });

  it('is told within 2 s where it sleeps for 3 s (17)', async () => {
    let asleep: Promise<string> | undefined;
    await expectThrough({
      case: 17,
      name: 'DEBUG SLEEP 3',
      env: { REDIS_URL: redis.url },
      fault: () => {
        asleep = redis.cli('DEBUG', 'SLEEP', '3');
      },
      heal: () => asleep,
      detectedWithinMs: 2000,
    });
  });

  it('is told within 2 s where it only holds back writes (18)', async () => {
    await expectThrough({
      case: 18,
      name: 'CLIENT PAUSE 3000 WRITE',
      env: { REDIS_URL: redis.url },
      fault: () => redis.cli('CLIENT', 'PAUSE', '3000', 'WRITE'),
      lastsMs: 3000,
      detectedWithinMs: 2000,
    });
  });
});

describe('a service that stands still itself', () => {
  it('for 1.2 s does not blame Redis, and loses no ticket (22)', async () => {
    const redis = await startRedis();
    const proxy = await startFaultProxy(redis);
    // So that there is always something under way to Redis and back.
    proxy.delay(() => 50);
    try {
      const { requests, answers } = await expectThrough({
        case: 22,
        name: 'the service stands still for 1.2 s',
        env: { REDIS_URL: proxy.url },
        options: { spawned: true },
        fault: async ({ pid }) => {
          await proxy.passing('probe:');
          process.kill(pid, 'SIGSTOP');
          await delay(1200);
          process.kill(pid, 'SIGCONT');
        },
        detectedWithinMs: 'never',
      });
      expect(answers).to.have.all.keys('200');
      const kept = (await redis.cli('KEYS', ticketKeys())).split('\n');
      expect(kept).to.have.members(requests.map(({ ticket = '' }) => keyOf(ticket)));
    } finally {
      await proxy.close();
    }
  });
});
