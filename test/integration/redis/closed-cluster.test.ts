import { once } from 'node:events';
import { createClient } from '../../../src/redis/client.ts';
import { startClusterOfOne } from '../../support/cluster-of-one.ts';
import { accessOf } from '../../support/redis-access.ts';
import type { RedisNode } from '../../support/redis-node.ts';
import { until } from '../../support/until.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('Redis Cluster client', () => {
  let node: RedisNode;
  before(async () => {
    node = await startClusterOfOne();
  });
  after(() => node.remove());

  it('leaves no timer when it is disconnected while it refreshes its slots', async () => {
    const client = createClient(await accessOf({ REDIS_URL: `redis://127.0.0.1:${node.port}`, REDIS_CLUSTER: 'true' }));
    const before = timers();
    Object.assign(client.options, { slotsRefreshInterval: 1 });
    await client.connect();
    await node.pause();
    await until('a refresh waits for the node', () => Reflect.get(client, 'isRefreshing'));
    const ended = once(client, 'end');
    client.disconnect();
    await ended;
    await node.resume();
    await until('no refresh is in progress', () => !Reflect.get(client, 'isRefreshing'));
    // That of `until` itself has ended.
    await until('no timer is left', () => timers() <= before, 3000);
  });
});
