import { type RedisNode, startNode } from '../support/redis-node.ts';
import { CYCLES, expectNoGrowth, killClients } from './support/cycles.ts';

describe('Redis connection after repeated outages', function () {
  this.timeout(120_000);
  let redis: RedisNode;
  before(async () => {
    redis = await startNode();
  });
  after(() => redis.remove());

  it('recovers with a single Redis and leaks no resources (34a)', async () => {
    await expectNoGrowth({
      case: '34a',
      fault: `${CYCLES} × CLIENT KILL or SIGKILL and restart`,
      env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` },
      breakOff: (cycle) => (cycle % 4 === 0 ? redis.start() : killClients(redis)),
    });
  });
});
