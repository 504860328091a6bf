import type { Storms } from '../../../ops/build/capacity/results.ts';
import { CONCURRENCY_LIMITS } from '../../../src/http/server/limits.ts';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis } from '../../support/redis.ts';
import type { RecordedRequest } from '../../support/storm/recorded-fetch.ts';
import { playStorm, type Storm as RealStorm } from '../../support/storm/storm.ts';
import { serve } from '../../support/ticketd.ts';
import { limitService } from './limited-service.ts';
import { playedOf } from './played.ts';
import { type Storm, simulateStorm, type TaskCosts, WINDOW_MS } from './simulate.ts';

export interface MeasuredStormOptions {
  /** The storm that is scaled down, and the tasks that it is to meet. */
  readonly users: number;
  readonly tasks: number;
  readonly clients: number;
  readonly outageMs: number;
  readonly costs: TaskCosts;
}

const SEED = 1;

/**
 * Plays a storm with real clients, over HTTP and WebSockets, against the real service, whose Redis is really away; the
 * service is made as slow as all those tasks together are for their share of the users. Then simulates the same.
 */
export const measureStorm = async (options: MeasuredStormOptions): Promise<Omit<Storms['real'], 'loadAverage'>> => {
  const { clients, outageMs, users, tasks } = options;
  const scale = users / clients / tasks;
  const costs = {
    connectMicros: options.costs.connectMicros * scale,
    refusedMicros: options.costs.refusedMicros * scale,
    shedMicros: options.costs.shedMicros * scale,
  };
  const maxInFlight = Math.round(CONCURRENCY_LIMITS.maxInFlight / scale);
  const redis = await startRedis();
  const ticketd = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY });
  const limited = await limitService({ url: await ticketd.url(), costs, maxInFlight });
  const service = {
    url: limited.url,
    internalUrl: await ticketd.url('internal'),
    eventsOf: (event: string) => ticketd.linesOf(event) as never,
  };
  const real = await playStorm({ kind: 'ours', clients, outageMs, redis, service, maxConnections: clients });
  await limited.stop();
  ticketd.process.kill('SIGINT');
  await ticketd.exit;
  const lastedMs = Date.parse(String(ticketd.linesOf('redis_up').at(-1)?.time)) - real.outageAt;
  const gate = { maxInFlight, perTurn: 1 };
  const simulated = simulateStorm({ clients, outageMs: lastedMs, costs, gate, seed: SEED });
  return {
    clients,
    tasks,
    outageSeconds: lastedMs / 1000,
    observed: playedOf(observedOf(real), clients, lastedMs),
    predicted: playedOf(simulated, clients, lastedMs),
  };
};

const during = ({ requests, outageAt }: RealStorm): readonly RecordedRequest[] =>
  requests.filter(({ sentAt }) => sentAt >= outageAt);

const observedOf = (storm: RealStorm): Storm => {
  const requests = during(storm);
  const count = (fits: (request: RecordedRequest) => boolean) => requests.filter(fits).length;
  const sent: number[] = [];
  for (const { dueAt } of requests) {
    const window = Math.floor((dueAt - storm.outageAt) / WINDOW_MS);
    sent[window] = (sent[window] ?? 0) + 1;
  }
  return {
    backAt: storm.openedAt.map((at) => at - storm.outageAt).toSorted((a, b) => a - b),
    requests: requests.length,
    refused: count(({ status, retryAfter }) => status === 503 && retryAfter === 2),
    shed: count(({ status, retryAfter }) => status === 503 && retryAfter === 1),
    givenUp: count(({ status }) => status === undefined),
    sent: Array.from(sent, (number) => number ?? 0),
  };
};
