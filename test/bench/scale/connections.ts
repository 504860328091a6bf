import type { Scale } from '../../../ops/build/capacity/results.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { rssMbOf } from '../support/process-cost.ts';
import { startTicketd, type TicketdProcess } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import type { LoadKit } from './load-kit.ts';

type Result = Omit<Scale['connections'], 'loadAverage'>;

const CONNECTIONS = [10, 100, 1000, 2000, 5000];
const LEAST_REQUESTS = 20_000;
const REQUESTS_EACH = 5;
/** One process, asked over ever more concurrent connections. */
export const measureConnections = async (kit: LoadKit): Promise<Result> => {
  const redis = await startRedis();
  // A process for each number of connections, so that the memory of many is not counted as that of few.
  const ticketds: TicketdProcess[] = [];
  for (const _ of CONNECTIONS) ticketds.push(await startTicketd(kit.keys, { REDIS_URL: redis.url }));
  const rows = await measureRows(kit, redis, ticketds);
  await Promise.all(ticketds.map((ticketd) => ticketd.stop()));
  await redis.stop();
  return { rows };
};

const measureRows = async (kit: LoadKit, redis: TestRedis, ticketds: readonly TicketdProcess[]) => {
  const cases = ticketds.map((ticketd, n) => ({ ticketd, connections: CONNECTIONS[n] ?? 0 }));
  const costs = await medianCosts(cases, ({ ticketd, connections }) => {
    const amount = Math.max(LEAST_REQUESTS, connections * REQUESTS_EACH);
    return costOfAll(200, { ticketds: [ticketd], redises: [redis] }, [kit.issue(ticketd, { connections, amount })]);
  });
  return costs.map((cost, n) => ({
    connections: CONNECTIONS[n] ?? 0,
    ...cost,
    rssMb: rssMbOf(ticketds[n]?.pid ?? 0),
  }));
};
