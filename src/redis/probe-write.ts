import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.ts';
import { keyOnEachMaster, keysAtBothEnds } from './cluster-keys.ts';

const LIFE_MS = 10_000;

/**
 * One write, read and delete with the commands that tickets need (GETDEL: Redis 6.2), in a cluster on every master;
 * rejects with what Redis said, also where what was taken for a single Redis is a node of a cluster.
 */
export const probeWrite = async (client: RedisClient, prefix: string, database: number): Promise<void> => {
  if (!(client instanceof Cluster)) return writeOn(client, keysAtBothEnds(prefix), database);
  try {
    await writeEach(client, keyOnEachMaster(client.slots, prefix));
  } catch (error) {
    // A replica may have taken over, which the client would find out seconds later.
    client.refreshSlotsCache();
    throw error;
  }
};

// ioredis takes no notice of a refused SELECT, and would go on in database 0.
const writeOn = async (client: Redis, keys: readonly string[], database: number): Promise<void> => {
  const selected = database === 0 ? undefined : client.select(database);
  await Promise.all([selected, writeEach(client, keys)]);
};

const writeEach = async (client: RedisClient, keys: readonly string[]): Promise<void> => {
  await Promise.all(keys.flatMap((key) => [client.set(key, '1', 'PX', LIFE_MS), client.getdel(key)]));
};
