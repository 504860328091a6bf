import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { keyOf } from '../support/request-ticket.ts';
import { ticketKeys } from '../support/ticket-keys.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('a service that stalls', () => {
  it('for 1.2 s stays ready, and loses no ticket (22)', async () => {
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
        detectedBy: 'never',
      });
      expect(answers).to.have.all.keys('200');
      const kept = (await redis.cli('KEYS', ticketKeys())).split('\n');
      expect(kept).to.have.members(requests.map(({ ticket = '' }) => keyOf(ticket)));
    } finally {
      await proxy.close();
    }
  });
});
