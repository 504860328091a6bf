import type { RedisAccess } from '../../src/redis/options.ts';
import { configOf } from './config.ts';

/** How Redis is reached with these variables. */
export const accessOf = async (env: Readonly<Record<string, string>> = {}): Promise<RedisAccess> => {
  const { redis } = await configOf(env);
  if (redis.target.kind === 'memory') throw new Error('REDIS_URL is to be that of a server here');
  return { target: redis.target, redis };
};
