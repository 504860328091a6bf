import { type RedisNode, startNode } from '../support/redis-node.ts';
import { CYCLES, expectNoGrowth, killClients } from './support/cycles.ts';

describe('one outage after another', function () {
  this.timeout(120_000);
  let redis: RedisNode;
  before(async () => {
    redis = await startNode();
  });
  after(() => redis.remove());

  it('leaves a single Redis usable, and nothing behind (34a)', async () => {
    await expectNoGrowth({
      case: '34a',
      fault: `${CYCLES} × CLIENT KILL or SIGKILL and restart`,
      env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` },
      breakOff: (cycle) => (cycle % 4 === 0 ? redis.start() : killClients(redis)),
    });
  });
});
