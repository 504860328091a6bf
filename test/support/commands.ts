import type { TestRedis } from './redis.ts';

/** For a service whose commands are counted: later heartbeats send one SET, one GETDEL and one MGET, and few of them. */
export const RARE_HEARTBEAT = { REDIS_HEARTBEAT_MS: '30000' };

/**
 * How many commands a service with `RARE_HEARTBEAT` sent since `CONFIG RESETSTAT` to store or take a ticket and to read
 * revocations, without those of the heartbeat, which alone sends GETDEL.
 */
export const ticketCommands = async (redis: TestRedis): Promise<{ readonly set: number; readonly mget: number }> => {
  const stats = await redis.cli('INFO', 'commandstats');
  const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return { set: calls('set') - calls('getdel'), mget: calls('mget') - calls('getdel') };
};
