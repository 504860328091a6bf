import type { Scale } from '../../../ops/capacity/results.ts';
import { startRedis } from '../../support/redis.ts';
import { createFiller } from '../support/live-tickets.ts';
import { redisMemory } from '../support/redis-info.ts';
import { startTicketd } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';

type Result = Omit<Scale['tickets'], 'loadAverage'>;

const LEVELS = [1e3, 1e4, 1e5, 1e6];
const MB = 2 ** 20;

/** Ever more live tickets: what each takes of Redis' memory, and what it then costs to issue one more. */
export const measureTickets = async (kit: LoadKit): Promise<Result> => {
  const redis = await startRedis();
  // What is issued to measure the cost is gone a second later, and so hardly counts.
  const ticketd = await startTicketd(kit.keys, { REDIS_URL: redis.url, TICKET_TTL_SECONDS: '1' });
  const bench = { ticketds: [ticketd], redises: [redis] };
  const load = kit.issue(ticketd, { connections: CONNECTIONS, seconds: SECONDS });
  const filler = await createFiller(redis.url);
  const empty = await redisMemory([redis]);
  const rows: Result['rows'][number][] = [];
  let tickets = 0;
  for (const level of LEVELS) {
    await filler.fill(level - tickets);
    tickets = level;
    const used = await redisMemory([redis]);
    const [cost] = await medianCosts([load], () => costOfAll(200, bench, [load]));
    if (cost) rows.push({ tickets, bytesEach: (used - empty) / tickets, usedMb: used / MB, ...cost });
  }
  await filler.close();
  await ticketd.stop();
  await redis.stop();
  return { rows };
};
