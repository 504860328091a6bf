import { Cluster, type Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from './client.ts';
import { clusterOptions, type RedisAccess, sentinelOptions, singleOptions } from './options.ts';

type Options = Pick<RedisOptions, (typeof RENEWED)[number]>;

const RENEWED = ['username', 'password', 'sentinelUsername', 'sentinelPassword', 'tls', 'sentinelTLS'] as const;

/** Changes what a client authenticates with: ioredis reads its options whenever it opens a connection. */
export const renewCredentials = (client: RedisClient, access: RedisAccess): void => {
  const { sentinelMaster } = access.redis;
  if (client instanceof Cluster) renewCluster(client, renewedOf(clusterOptions(access).redisOptions));
  else if (sentinelMaster === undefined) Object.assign(client.options, renewedOf(singleOptions(access)));
  else Object.assign(client.options, renewedOf(sentinelOptions(access, sentinelMaster)));
};

// Also those that are absent now: an old password must not stay.
const renewedOf = (options: RedisOptions): Options => Object.fromEntries(RENEWED.map((name) => [name, options[name]]));

// Nodes that join later get the options of the pool, which are a copy of those of the cluster.
const renewCluster = (cluster: Cluster, renewed: Options): void => {
  const pool: { readonly redisOptions: object } = Reflect.get(cluster, 'connectionPool');
  const nodes: readonly Redis[] = cluster.nodes('all');
  for (const options of [cluster.options.redisOptions, pool.redisOptions, ...nodes.map(({ options: one }) => one)])
    Object.assign(options ?? {}, renewed);
};
