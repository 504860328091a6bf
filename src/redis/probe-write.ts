import { Cluster } from 'ioredis';
import type { RedisClient } from './client.ts';
import { keyOnEachMaster } from './cluster-keys.ts';

const LIFE_MS = 10_000;

/**
 * One write, read and delete with the commands that tickets need (GETDEL: Redis 6.2), in a cluster on every master;
 * rejects with what Redis said.
 */
export const probeWrite = async (client: RedisClient, prefix: string): Promise<void> => {
  const keys = client instanceof Cluster ? keyOnEachMaster(client.slots, prefix) : [prefix];
  await Promise.all(keys.flatMap((key) => [client.set(key, '1', 'PX', LIFE_MS), client.getdel(key)]));
};
