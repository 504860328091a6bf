import { type AskedRedis, redisCommands, redisMemory } from './redis-info.ts';
import type { ServerName } from './servers.ts';
import { titledTable } from './table.ts';

/** What one server asks of Redis. */
export interface RedisUse {
  readonly name: ServerName;
  readonly issueCommands: number;
  readonly redeemCommands: number;
  readonly bytesPerTicket: number;
}

/** How many were issued, and a way to redeem them all. */
export interface Issued {
  readonly tickets: number;
  redeem(): Promise<unknown>;
}

/** Issues and redeems on an empty Redis and counts. Heartbeats are counted, too: a few among thousands. */
export const redisUseOf = async (
  name: ServerName,
  redis: AskedRedis,
  issue: () => Promise<Issued>,
): Promise<RedisUse> => {
  await redis.cli('FLUSHALL');
  const empty = await redisMemory([redis]);
  const issuing = await counting(redis, issue);
  const { tickets, redeem } = issuing.done;
  const bytesPerTicket = ((await redisMemory([redis])) - empty) / tickets;
  const redeeming = await counting(redis, redeem);
  return {
    name,
    issueCommands: issuing.commands / tickets,
    redeemCommands: redeeming.commands / tickets,
    bytesPerTicket,
  };
};

const counting = async <T>(redis: AskedRedis, work: () => Promise<T>) => {
  const before = await redisCommands(redis);
  const done = await work();
  return { done, commands: (await redisCommands(redis)) - before };
};

export const redisUseTable = (uses: readonly RedisUse[]): string =>
  titledTable(
    'What is asked of Redis',
    ['server', 'commands an issue', 'commands a redeem', 'bytes a ticket'],
    uses.map(({ name, issueCommands, redeemCommands, bytesPerTicket }) => [
      name,
      issueCommands.toFixed(2),
      redeemCommands.toFixed(2),
      bytesPerTicket.toFixed(0),
    ]),
  );
