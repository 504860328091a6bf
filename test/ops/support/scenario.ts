import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type LogLine, serve, type Ticketd } from '../../support/ticketd.ts';

/** A scenario on a real ticketd, and the metrics and alarms that its log must produce. */
export interface Scenario {
  readonly name: string;
  /** Runs the scenario to its end; resolves with every log line. */
  play(): Promise<readonly LogLine[]>;
  /** How many lines each metric counts; 0 for metrics not listed. */
  readonly counted: Readonly<Record<string, number>>;
  /** The alarms that fire when it happens within one period. */
  readonly alarms: readonly string[];
}

export interface Stage {
  readonly service: Ticketd;
  readonly redis: TestRedis;
  readonly url: string;
  readonly internalUrl: string;
}

/** Runs ticketd in production with its own Redis, runs `happen`, and stops ticketd if that did not. */
export const onStage =
  (happen: (stage: Stage) => Promise<unknown>, env: Readonly<Record<string, string>> = {}): Scenario['play'] =>
  async () => {
    const redis = await startRedis();
    const service = serve({ ...USUAL, NODE_ENV: 'production', REDIS_URL: redis.url, DRAIN_DELAY_MS: '0', ...env });
    await happen({ service, redis, url: await service.url(), internalUrl: await service.url('internal') });
    const lines = await endOf(service, 'SIGTERM');
    await redis.stop();
    return lines;
  };

export const USUAL = { JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY };

/** Every log line, after the process has ended; sends the signal if one is set. */
export const endOf = async (service: Ticketd, signal?: NodeJS.Signals): Promise<readonly LogLine[]> => {
  if (signal !== undefined) service.process.kill(signal);
  await service.exit;
  return service.lines;
};

/** One more than the thresholds of the alarms on used and on refused tickets. */
export const BEYOND_TOLERANCE = 11;

export const times = async (count: number, act: () => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < count; n += 1) await act();
};
