import type { Scale } from '../../../ops/build/capacity/results.ts';
import { startRedis } from '../../support/redis.ts';
import { createFiller, type TicketFiller } from '../support/live-tickets.ts';
import { redisMemory } from '../support/redis-info.ts';
import { startTicketd } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';

type Result = Omit<Scale['tickets'], 'loadAverage'>;

const LEVELS = [1e3, 1e4, 1e5, 1e6];
const MB = 2 ** 20;

/** Ever more live tickets: what each takes of Redis' memory, and what it then costs to issue one more. */
export const measureTickets = async (kit: LoadKit): Promise<Result> => {
  const memory = await measureMemory();
  const costs = await measureCosts(kit);
  return { rows: LEVELS.flatMap((tickets, n) => ({ tickets, ...at(memory, n), ...at(costs, n) })) };
};

const at = <T>(values: readonly T[], n: number): T => {
  const value = values[n];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
};

/** Fills Redis up from level to level and asks each time. */
const atEachLevel = async <T>(filler: TicketFiller, ask: (tickets: number) => Promise<T>): Promise<readonly T[]> => {
  const answers: T[] = [];
  let tickets = 0;
  for (const level of LEVELS) {
    await filler.fill(level - tickets);
    tickets = level;
    answers.push(await ask(tickets));
  }
  return answers;
};

const measureMemory = async () => {
  const redis = await startRedis();
  const filler = await createFiller(redis.url);
  const empty = await redisMemory([redis]);
  const memory = await atEachLevel(filler, async (tickets) => {
    const used = await redisMemory([redis]);
    return { bytesEach: (used - empty) / tickets, usedMb: used / MB };
  });
  await filler.close();
  await redis.stop();
  return memory;
};

const measureCosts = async (kit: LoadKit) => {
  const redis = await startRedis();
  // What is issued to measure the cost is gone a second later, and so hardly counts.
  const ticketd = await startTicketd(kit.keys, { REDIS_URL: redis.url, TICKET_TTL_SECONDS: '1' });
  const bench = { ticketds: [ticketd], redises: [redis] };
  const load = kit.issue(ticketd, { connections: CONNECTIONS, seconds: SECONDS });
  const filler = await createFiller(redis.url);
  const costs = await atEachLevel(filler, async () =>
    at(await medianCosts([load], () => costOfAll(200, bench, [load])), 0),
  );
  await filler.close();
  await ticketd.stop();
  await redis.stop();
  return costs;
};
