import { Cluster, Redis } from 'ioredis';
import type { RedisAccess } from './access.ts';
import { batchWrites } from './batch-writes.ts';
import { clusterOptions, sentinelOptions, singleOptions } from './options.ts';

export type RedisClient = Redis | Cluster;

/** A client, not connected yet, for whichever topology is configured; `once` makes it try a single time. */
export const createClient = (access: RedisAccess, { once } = { once: false }): RedisClient => {
  const { target, redis } = access;
  // A server that is loading is to be told of, not waited for.
  const single = once ? { retryStrategy: () => null, enableReadyCheck: false } : {};
  if (redis.cluster) {
    const options = clusterOptions(access);
    return eager(new Cluster([...target.servers], once ? { ...options, clusterRetryStrategy: () => null } : options));
  }
  if (redis.sentinelMaster === undefined) return batchWrites(new Redis({ ...singleOptions(access), ...single }));
  const options = sentinelOptions(access, redis.sentinelMaster);
  return suppressSentinelErrors(
    batchWrites(new Redis({ ...options, ...single, ...(once && { sentinelRetryStrategy: () => null }) })),
  );
};

/** Listens to the errors of the Sentinels that ioredis watches, which it prints with their stacks where nobody does. */
const suppressSentinelErrors = (client: Redis): Redis => {
  const connector = Reflect.get(client, 'connector');
  const { connectToSentinel } = connector;
  connector.connectToSentinel = (...args: unknown[]): Redis =>
    connectToSentinel.apply(connector, args).on('error', () => {});
  return client;
};

/** Connects to each node as it becomes known: a lazy one keeps its first command for later, and never tells its error. */
const eager = (cluster: Cluster): Cluster =>
  cluster.on('+node', (node: Redis) => {
    batchWrites(node);
    node.connect().catch(() => {});
  });
