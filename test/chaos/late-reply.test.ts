import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { NO_REPLY } from './support/expect-usual.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

describe('Redis connection closed by ticketd', () => {
  it('does not make ticketd ready when a late reply arrives on it (3b)', async () => {
    const proxy = await startFaultProxy(await startRedis());
    try {
      await expectThrough({
        case: '3b',
        name: 'hangs until ticketd closes the connection, then replies',
        env: { REDIS_URL: proxy.url },
        fault: () => proxy.hold(),
        heal: async () => {
          await until('the service closes the connection', () => proxy.ended === 1);
          proxy.release();
        },
        detectedBy: NO_REPLY,
        detectedWithinMs: 2000,
      });
    } finally {
      await proxy.close();
    }
  });
});
