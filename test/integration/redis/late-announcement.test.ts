import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { createClient } from '../../../src/redis/client.ts';
import { accessOf } from '../../support/redis-access.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { type SentinelProcess, startSentinel } from '../../support/sentinel-process.ts';
import { until } from '../../support/until.ts';

interface Watching {
  readonly connector: {
    readonly failoverDetector?: { readonly sentinels: readonly { readonly client: Redis }[] };
  };
}

describe('announcement of a failover by a Sentinel', () => {
  let redis: RedisNode;
  let sentinel: SentinelProcess;
  let client: Redis;
  let closed: number;
  beforeEach(async () => {
    redis = await startNode();
    sentinel = await startSentinel([`sentinel monitor main 127.0.0.1 ${redis.port} 1`]);
    const env = { REDIS_URL: `redis://127.0.0.1:${sentinel.port}`, REDIS_SENTINEL_MASTER: 'main' };
    client = createClient(await accessOf(env)) as Redis;
    await client.connect();
    closed = 0;
    client.on('close', () => {
      closed += 1;
    });
  });
  afterEach(async () => {
    client.disconnect();
    await Promise.all([redis.remove(), sentinel.remove()]);
  });

  /** What a Sentinel publishes: the name of the master, its old address and its new one. */
  const announce = async (port: number): Promise<void> => {
    const { connector } = client as unknown as Watching;
    const watched = () => connector.failoverDetector?.sentinels ?? [];
    await until('the Sentinel is watched', () => watched().some((one) => one.client.status === 'ready'));
    for (const one of watched()) one.client.emit('message', '+switch-master', `main 127.0.0.1 1 127.0.0.1 ${port}`);
    await new Promise(setImmediate);
  };

  it('leaves the connection alone when it is to that master already', async () => {
    await announce(redis.port);
    expect(await client.ping()).to.equal('PONG');
    expect(closed).to.equal(0);
  });

  it('ends the connection when the master is another one', async () => {
    await announce(redis.port + 1);
    await until('the connection is closed', () => closed > 0);
  });
});
