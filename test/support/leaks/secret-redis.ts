import { startRedis, type TestRedis } from '../redis.ts';
import type { Canaries } from './canaries.ts';

export const USER = 'ticketd';

/** A Redis with a user whose password is a canary; the tests themselves come in without one. */
export const startSecretRedis = async (
  { redisPassword }: Canaries,
  args: readonly string[] = [],
): Promise<TestRedis> => {
  const redis = await startRedis({ args });
  await letIn(redis, redisPassword);
  return redis;
};

/** Makes the user anew, with this password. */
export const letIn = async ({ cli }: TestRedis, password: string): Promise<void> => {
  await cli('ACL', 'SETUSER', USER, 'reset', 'on', `>${password}`, '~*', '&*', '+@all');
};

export const urlTo = (port: number, { redisPassword }: Canaries): string =>
  `redis://${USER}:${encodeURIComponent(redisPassword)}@127.0.0.1:${port}`;
