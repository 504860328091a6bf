import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type LogLine, serve, type Ticketd } from '../../support/ticketd.ts';

/** Something that happens to a real service, and what CloudWatch is to make of its log. */
export interface Scenario {
  readonly name: string;
  /** Plays it to the end; resolves with every line that was logged. */
  play(): Promise<readonly LogLine[]>;
  /** How many lines each metric counts; none where it is not named. */
  readonly counted: Readonly<Record<string, number>>;
  /** The alarms that go off when it happens within one period. */
  readonly alarms: readonly string[];
}

export interface Stage {
  readonly service: Ticketd;
  readonly redis: TestRedis;
  readonly url: string;
  readonly internalUrl: string;
}

/** Runs the service in production with a Redis of its own, lets `happen` happen, and stops it where that did not. */
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

/** Every line, once the process has ended; ends it where a signal is given. */
export const endOf = async (service: Ticketd, signal?: NodeJS.Signals): Promise<readonly LogLine[]> => {
  if (signal !== undefined) service.process.kill(signal);
  await service.exit;
  return service.lines;
};

/** One more than the alarms on used tickets and on refused ones let pass. */
export const BEYOND_TOLERANCE = 11;

export const times = async (count: number, act: () => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < count; n += 1) await act();
};
