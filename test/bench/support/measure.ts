import { type LoadOptions, type LoadResult, sendLoad } from './load.ts';
import { cpuSecondsOf, rssMbOf } from './process-cost.ts';
import type { BenchServer, ServerName } from './servers.ts';

/** What one load cost one server. */
export interface Sample {
  /** CPU of the server for each request, in microseconds. */
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly rssMb: number;
  readonly statuses: LoadResult['statuses'];
}

export type Samples = Readonly<Record<ServerName, readonly Sample[]>>;

/** Sends one load and takes what the server spent meanwhile; throws unless every answer has that status. */
export const measure = async (
  { pid }: BenchServer,
  load: LoadOptions,
  status: number,
): Promise<Sample & { readonly bodies: readonly string[] }> => {
  const before = cpuSecondsOf(pid);
  const { seconds, statuses, failed, latencyMs, bodies = [] } = await sendLoad(load);
  const cpuSeconds = cpuSecondsOf(pid) - before;
  const answered = statuses[status] ?? 0;
  if (failed > 0 || Object.keys(statuses).join() !== String(status))
    throw new Error(`expected ${status} alone, got ${JSON.stringify(statuses)} and ${failed} without an answer`);
  return {
    cpuMicros: (cpuSeconds / answered) * 1e6,
    perSecond: answered / seconds,
    p50Ms: latencyMs.p50,
    p99Ms: latencyMs.p99,
    p999Ms: latencyMs.p999,
    rssMb: rssMbOf(pid),
    statuses,
    bodies,
  };
};

/** Lets each server take its turn, round after round, so that a change of the machine's speed meets all alike. */
export const inTurn = async (
  servers: readonly BenchServer[],
  rounds: number,
  take: (server: BenchServer, round: number) => Promise<Sample>,
): Promise<Samples> => {
  const samples: Record<ServerName, Sample[]> = {
    ticketd: [],
    express: [],
    fastify: [],
    'fastify-cached': [],
    'node-http': [],
  };
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1)
    for (const server of servers) {
      const sample = await take(server, round);
      if (round > 0) samples[server.name].push(sample);
    }
  return samples;
};
