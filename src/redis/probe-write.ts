import { Cluster, type Redis } from 'ioredis';
import type { RedisAccess } from './access.ts';
import type { RedisClient } from './client.ts';
import { keyOnEachMaster, keysAtBothEnds } from './cluster-keys.ts';
import { countOne } from './increment-window.ts';
import type { TrialKeys } from './keys.ts';
import { readAll } from './read-all.ts';

const LIFE_MS = 10_000;

type Needs = Pick<RedisAccess, 'target' | 'counts'>;

/**
 * Does what tickets need, in a cluster on every master: a write, a read that deletes (GETDEL: Redis 6.2), a look at the
 * revocations, and a count where there is a limit. Rejects with what Redis said, also where what was taken for a single
 * Redis is a node of a cluster.
 */
export const probeWrite = async (client: RedisClient, keys: TrialKeys, needs: Needs): Promise<void> => {
  if (!(client instanceof Cluster)) return tryOn(client, keys, needs);
  const onEachMaster = (prefix: string) => keyOnEachMaster(client.slots, prefix);
  const counts = needs.counts ? onEachMaster(keys.count) : [];
  try {
    await tryAll(client, { tickets: onEachMaster(keys.ticket), revocations: onEachMaster(keys.revocation), counts });
  } catch (error) {
    // A replica may have taken over, which the client would find out seconds later.
    client.refreshSlotsCache();
    throw error;
  }
};

// ioredis takes no notice of a refused SELECT, and would go on in database 0.
const tryOn = async (client: Redis, keys: TrialKeys, { target: { database }, counts }: Needs): Promise<void> => {
  const selected = database === 0 ? undefined : client.select(database);
  const trial = {
    tickets: keysAtBothEnds(keys.ticket),
    revocations: [keys.revocation],
    counts: counts ? [keys.count] : [],
  };
  await Promise.all([selected, tryAll(client, trial)]);
};

interface Trial {
  readonly tickets: readonly string[];
  readonly revocations: readonly string[];
  readonly counts: readonly string[];
}

const tryAll = async (client: RedisClient, { tickets, revocations, counts }: Trial): Promise<void> => {
  const writes = tickets.flatMap((key) => [client.set(key, '1', 'PX', LIFE_MS), client.getdel(key)]);
  const counted = counts.map((key) => countOne(client, key, LIFE_MS));
  await Promise.all([...writes, readAll(client, revocations), ...counted]);
};
