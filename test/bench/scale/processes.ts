import type { Scale } from '../../../ops/build/capacity/results.ts';
import { startRedis } from '../../support/redis.ts';
import { startTicketd } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';

const PROCESSES = [1, 2, 4];

/** Several processes on one Redis, each with connections of its own. */
export const measureProcesses = async (kit: LoadKit): Promise<Omit<Scale['processes'], 'loadAverage'>> => {
  const redis = await startRedis();
  const start = () => startTicketd(kit.keys, { REDIS_URL: redis.url });
  const all = await Promise.all(Array.from({ length: Math.max(...PROCESSES) }, start));
  const costs = await medianCosts(PROCESSES, (count) => {
    const ticketds = all.slice(0, count);
    const loads = ticketds.map((ticketd) => kit.issue(ticketd, { connections: CONNECTIONS, seconds: SECONDS }));
    return costOfAll(200, { ticketds, redises: [redis] }, loads);
  });
  await Promise.all(all.map((ticketd) => ticketd.stop()));
  await redis.stop();
  return { rows: costs.map((cost, n) => ({ processes: PROCESSES[n] ?? 0, ...cost })) };
};
