import type { TestRedis } from './redis.ts';

/**
 * How often Redis was asked since `CONFIG RESETSTAT` to put or take a ticket, and about revocations, beside readiness'
 * own tries, each of which is two writes, two reads that delete and one look at the revocations.
 */
export const commandsBesideBeats = async (
  redis: TestRedis,
): Promise<{ readonly set: number; readonly mget: number }> => {
  const stats = await redis.cli('INFO', 'commandstats');
  const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return { set: calls('set') - calls('getdel'), mget: calls('mget') - calls('getdel') / 2 };
};
