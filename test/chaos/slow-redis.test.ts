import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { expectThrough } from './support/chaos-case.ts';
import { NO_REPLY } from './support/expect-usual.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import type { Target } from './support/target.ts';

const LASTS_MS = 12_000;
const PROBE_LINE_EVERY_MS = 10_000;

describe('Redis connection when Redis replies after 1 to 2 s', () => {
  it('reports one outage and logs failed readiness probes at most every 10 s (36)', async () => {
    const proxy = await startFaultProxy(await startRedis());
    let target: Target | undefined;
    try {
      await expectThrough({
        case: 36,
        name: 'replies after 1 to 2 s, for 12 s',
        env: { REDIS_URL: proxy.url },
        fault: (slow) => {
          target = slow;
          proxy.delay(() => 500 + 500 * Math.random());
        },
        heal: () => proxy.delay(undefined),
        lastsMs: LASTS_MS,
        detectedBy: NO_REPLY,
        detectedWithinMs: 2500,
      });
      expect(target?.linesOf('readiness_redis_down').length).to.be.within(
        1,
        1 + Math.ceil(LASTS_MS / PROBE_LINE_EVERY_MS),
      );
    } finally {
      await proxy.close();
    }
  });
});
