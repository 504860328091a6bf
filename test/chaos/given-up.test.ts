import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('a connection to Redis that is given up', () => {
  it('is not taken for a good one when it answers after all, for what is left of it (3b)', async () => {
    const proxy = await startFaultProxy(await startRedis());
    try {
      await expectThrough({
        case: '3b',
        name: 'hangs until it is given up, and answers then',
        env: { REDIS_URL: proxy.url },
        fault: () => proxy.hold(),
        heal: async () => {
          await until('the service gives the connection up', () => proxy.ended === 1);
          proxy.release();
        },
        detectedWithinMs: 2000,
      });
    } finally {
      await proxy.close();
    }
  });
});
