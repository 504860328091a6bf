import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { keyOf } from '../support/request-ticket.ts';
import { ticketKeys } from '../support/ticket-keys.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('Redis connection when the ticketd process stalls', () => {
  it('keeps ticketd ready and loses no ticket after a stall of 1.2 s (22)', async () => {
    const redis = await startRedis();
    const proxy = await startFaultProxy(redis);
    // So that a command or a reply is always in transit.
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
      const storedKeys = (await redis.cli('KEYS', ticketKeys())).split('\n');
      expect(storedKeys).to.have.members(requests.map(({ ticket = '' }) => keyOf(ticket)));
    } finally {
      await proxy.close();
    }
  });
});
