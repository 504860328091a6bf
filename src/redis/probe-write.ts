import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.ts';
import { keyOnEachMaster, keysAtBothEnds } from './cluster-keys.ts';
import type { TrialKeys } from './keys.ts';
import { readAll } from './read-all.ts';

const LIFE_MS = 10_000;

/**
 * Does what tickets need, in a cluster on every master: a write, a read that deletes (GETDEL: Redis 6.2), and a look at
 * the revocations. Rejects with what Redis said, also where what was taken for a single Redis is a node of a cluster.
 */
export const probeWrite = async (client: RedisClient, keys: TrialKeys, database: number): Promise<void> => {
  if (!(client instanceof Cluster)) return tryOn(client, keys, database);
  const onEachMaster = (prefix: string) => keyOnEachMaster(client.slots, prefix);
  try {
    await tryAll(client, onEachMaster(keys.ticket), onEachMaster(keys.revocation));
  } catch (error) {
    // A replica may have taken over, which the client would find out seconds later.
    client.refreshSlotsCache();
    throw error;
  }
};

// ioredis takes no notice of a refused SELECT, and would go on in database 0.
const tryOn = async (client: Redis, { ticket, revocation }: TrialKeys, database: number): Promise<void> => {
  const selected = database === 0 ? undefined : client.select(database);
  await Promise.all([selected, tryAll(client, keysAtBothEnds(ticket), [revocation])]);
};

const tryAll = async (client: RedisClient, tickets: readonly string[], revocations: readonly string[]) => {
  const writes = tickets.flatMap((key) => [client.set(key, '1', 'PX', LIFE_MS), client.getdel(key)]);
  await Promise.all([...writes, readAll(client, revocations)]);
};
