import type { Redis } from 'ioredis';

const LIFE_MS = 10_000;

/** One write, read and delete with the commands that tickets need (GETDEL: Redis 6.2); rejects with what Redis said. */
export const probeWrite = async (client: Redis, key: string): Promise<void> => {
  await Promise.all([client.set(key, '1', 'PX', LIFE_MS), client.getdel(key)]);
};
