import { Cluster } from 'ioredis';
import type { Count } from '../tickets/fixed-window-counter.ts';
import type { RedisClient } from './client.ts';

/** Reads several keys: in one command, or in a cluster, where they may be on different nodes, in one for each key. */
export const readAll = (client: RedisClient, keys: readonly string[]): Promise<readonly (string | null)[]> =>
  client instanceof Cluster ? Promise.all(keys.map((key) => client.get(key))) : client.mget(...keys);

/**
 * Adds one to the count of `key`, in a window of `windowMs` milliseconds that starts with the first. It takes one round
 * trip, needs Redis 6.2 and no script, and works in a cluster, since it uses one key.
 */
export const incrementWindow = async (client: RedisClient, key: string, windowMs: number): Promise<Count> => {
  const [, count, leftMs] = await Promise.all([
    client.set(key, 0, 'PX', windowMs, 'NX'),
    client.incr(key),
    client.pttl(key),
  ]);
  if (leftMs !== NO_EXPIRY) return { count, endsInMs: Math.max(0, leftMs) };
  // The window ended between SET and INCR: without an expiry the new one would never end.
  await client.set(key, count, 'PX', windowMs);
  return { count, endsInMs: windowMs };
};

// https://redis.io/docs/latest/commands/pttl/: -1 for a key that does not expire, -2 for none.
const NO_EXPIRY = -1;
