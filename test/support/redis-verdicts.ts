import { checkRedis } from '../../src/redis/check.ts';
import { createRedisConnection } from '../../src/redis/connection.ts';
import { recordEvents } from './emitted.ts';
import { accessOf } from './redis-access.ts';

export interface Verdict {
  readonly usable: boolean;
  readonly errorCode?: string;
  readonly error?: string;
  readonly remedy?: string;
}

const TIMEOUT_MS = 5000;

/** What the `redis` phase of `serve` finds out about a Redis, with its log. */
export const verdictOfServe = async (env: Readonly<Record<string, string>>): Promise<Verdict> => {
  const { emit, emitted } = recordEvents();
  const connection = createRedisConnection({ ...(await accessOf(env)), emit });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('not ready in time')), TIMEOUT_MS);
  try {
    await connection.start(limit.signal);
    return { usable: true };
  } catch {
    const failure = emitted.find(({ event }) => event === 'redis_connect_fail');
    return { usable: false, ...pick(failure?.fields ?? {}) };
  } finally {
    clearTimeout(timer);
    await connection.close();
  }
};

/** What `check-redis` finds out about the same Redis. */
export const verdictOfCheck = async (env: Readonly<Record<string, string>>): Promise<Verdict> => {
  const { ok, problem } = await checkRedis({ ...(await accessOf(env)), timeoutMs: TIMEOUT_MS });
  return problem === undefined ? { usable: ok } : { usable: ok, ...pick({ ...problem }) };
};

const pick = ({ errorCode, error, remedy }: Readonly<Record<string, unknown>>) => ({
  errorCode: String(errorCode),
  error: String(error),
  remedy: String(remedy),
});
