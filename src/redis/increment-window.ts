import type { Count } from '../tickets/fixed-window-counter.ts';
import type { RedisClient } from './client.ts';

/**
 * Counts one more under `key`, in a window of `windowMs` milliseconds that began with the first: in one round trip, on
 * Redis 6.2, without a script, and in a cluster too, since it is all one key.
 */
export const countOne = async (client: RedisClient, key: string, windowMs: number): Promise<Count> => {
  const [, count, leftMs] = await Promise.all([
    client.set(key, 0, 'PX', windowMs, 'NX'),
    client.incr(key),
    client.pttl(key),
  ]);
  if (leftMs !== NO_EXPIRY) return { count, endsInMs: Math.max(0, leftMs) };
  // The window ended between the first two: what then began would never end.
  await client.set(key, count, 'PX', windowMs);
  return { count, endsInMs: windowMs };
};

// https://redis.io/docs/latest/commands/pttl/: -1 for a key that does not expire, -2 for none.
const NO_EXPIRY = -1;
