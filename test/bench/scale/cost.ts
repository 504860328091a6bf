import type { Cost } from '../../../ops/build/capacity/results.ts';
import { type LoadOptions, type LoadResult, sendLoad } from '../support/load.ts';
import { cpuSecondsOf } from '../support/process-cost.ts';
import { type AskedRedis, redisCpuSeconds } from '../support/redis-info.ts';
import { median } from '../support/table.ts';
import type { TicketdProcess } from '../support/ticketd.ts';

/** What works together while something is measured. */
export interface Bench {
  readonly ticketds: readonly TicketdProcess[];
  /** None while Redis is down. */
  readonly redises: readonly AskedRedis[];
}

export interface Loaded {
  readonly cost: Cost;
  readonly results: readonly LoadResult[];
}

/**
 * Sends these loads concurrently, each from a process of its own, and takes what the servers spent meanwhile; throws unless
 * every single answer has that status.
 */
export const costOfAll = async (
  status: number,
  { ticketds, redises }: Bench,
  loads: readonly LoadOptions[],
): Promise<Loaded> => {
  const ticketdCpu = () => ticketds.map(({ pid }) => cpuSecondsOf(pid)).reduce((sum, seconds) => sum + seconds, 0);
  const before = { ticketd: ticketdCpu(), redis: await redisCpuSeconds(redises) };
  const results = await Promise.all(loads.map(sendLoad));
  for (const result of results) demandAll(status, result);
  const spent = { ticketd: ticketdCpu() - before.ticketd, redis: (await redisCpuSeconds(redises)) - before.redis };
  const answered = results.map(answersOf);
  const requests = sumOf(answered);
  const slowest = (quantile: 'p50' | 'p99' | 'p999') =>
    Math.max(...results.map(({ latencyMs }) => latencyMs[quantile]));
  return {
    cost: {
      ticketdMicros: (spent.ticketd / requests) * 1e6,
      redisMicros: (spent.redis / requests) * 1e6,
      perSecond: sumOf(results.map(({ seconds }, n) => (answered[n] ?? 0) / seconds)),
      p50Ms: slowest('p50'),
      p99Ms: slowest('p99'),
      p999Ms: slowest('p999'),
    },
    results,
  };
};

const demandAll = (status: number, { statuses, failed }: LoadResult): void => {
  if (failed > 0 || Object.keys(statuses).join() !== String(status))
    throw new Error(`expected ${status} alone, got ${JSON.stringify(statuses)} and ${failed} without an answer`);
};

const answersOf = ({ statuses }: LoadResult): number => sumOf(Object.values(statuses));

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export const ROUNDS = 3;

/** Takes each in turn, round after round, so that a change of the machine's speed meets all alike; medians of each. */
export const medianCosts = async <T>(cases: readonly T[], take: (one: T) => Promise<Loaded>): Promise<Cost[]> => {
  const costs: Cost[][] = cases.map(() => []);
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [n, one] of cases.entries()) {
      const { cost } = await take(one);
      if (round > 0) costs[n]?.push(cost);
    }
  return costs.map(medianCost);
};

const medianCost = (costs: readonly Cost[]): Cost => {
  const of = (figure: keyof Cost) => median(costs.map((cost) => cost[figure]));
  return {
    ticketdMicros: of('ticketdMicros'),
    redisMicros: of('redisMicros'),
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    p999Ms: of('p999Ms'),
  };
};
