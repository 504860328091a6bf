import { setTimeout as delay } from 'node:timers/promises';
import type { TestRedis } from '../../support/redis.ts';
import { now } from '../../support/storm/recorded-fetch.ts';
import { until } from '../../support/until.ts';
import type { Keys } from '../support/keys.ts';
import { startTicketd, type TicketdProcess } from '../support/ticketd.ts';
import type { Target } from './balancer.ts';
import type { Window } from './windows.ts';

export interface Stage {
  readonly redis: TestRedis;
  readonly keys: Keys;
  readonly env: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
}

const REDIS_AWAY_MS = 2000;

/** Ends Redis and starts it again, empty; the window lasts until every process is ready again. */
export const restartRedis = async ({ redis, targets }: Stage): Promise<Window> => {
  const from = now();
  await redis.stop();
  await delay(REDIS_AWAY_MS);
  await redis.start();
  await Promise.all(targets.map(untilReady));
  return { from, to: now() };
};

const untilReady = ({ port }: Target): Promise<unknown> =>
  until(`ready on ${port}`, async () => (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined))?.ok);

/** Drains a process and starts its successor in the same place, as a rolling deployment does. */
export const restartTicketd = async (
  { keys, env }: Stage,
  process: TicketdProcess,
  place: Target,
): Promise<TicketdProcess> => {
  const code = await process.stop('SIGTERM');
  if (code !== 0) throw new Error(`ticketd was told to drain and ended with exit code ${code}`);
  return startTicketd(keys, env, place);
};
