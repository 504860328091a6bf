import { Cluster } from 'ioredis';
import type { RedisClient } from './client.ts';

/** Reads several keys: in one command, unless they may lie on different nodes. */
export const readAll = (client: RedisClient, keys: readonly string[]): Promise<readonly (string | null)[]> =>
  client instanceof Cluster ? Promise.all(keys.map((key) => client.get(key))) : client.mget(...keys);
