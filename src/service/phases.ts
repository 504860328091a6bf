import type { KeySource } from '../auth/key-source.ts';
import { createRemoteKeys } from '../auth/remote-keys.ts';
import { PUBLIC_KEY_ALGORITHMS } from '../config/jwt-keys.ts';
import { readConfig } from '../config/read-config.ts';
import { endpointOf } from '../config/redis-url.ts';
import type { Environment } from '../config/sources.ts';
import type { Config } from '../config/variables.ts';
import type { RevocationFeeds } from '../http/routes/revocations/feeds.ts';
import type { Listener } from '../http/server/listener.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createRedisConnection } from '../redis/connection.ts';
import { diagnose } from '../redis/diagnosis.ts';
import { createRedisRevocationLog } from '../redis/revocation-log.ts';
import { createRedisStore } from '../redis/ticket-store.ts';
import { InterruptedError } from '../startup/errors.ts';
import type { Phase } from '../startup/phase.ts';
import { createMemoryRevocations } from '../tickets/memory-revocations.ts';
import { createMemoryStore } from '../tickets/memory-store.ts';
import type { RevocationLog } from '../tickets/revocation-log.ts';
import type { TicketStore } from '../tickets/store.ts';

const CONFIG_TIMEOUT_MS = 2_000;
const LISTEN_TIMEOUT_MS = 2_000;

export const configPhase = (env: Environment): Phase<Config> => ({
  name: 'config',
  timeoutMs: CONFIG_TIMEOUT_MS,
  start: (signal) => readConfig(env, signal),
});

/** Where tickets and revocations are stored. */
export interface Storage {
  readonly store: TicketStore;
  readonly revocations: RevocationLog;
}

/** The phase that connects to Redis, where tickets and revocations are stored. */
export const redisPhase = (
  { redis, limits, revocations: { retentionSeconds } }: Config,
  emit: Emit,
  observeCommand: Metrics['observeCommand'],
): Phase<Storage> => {
  const { target, keyPrefix, startupTimeoutMs: timeoutMs } = redis;
  if (target.kind === 'memory') return { name: 'redis', timeoutMs, start: () => startMemoryStore(emit) };
  const access = { target, redis, counts: limits.ticketRate !== 'off' };
  const connection = createRedisConnection({ ...access, emit });
  const store = createRedisStore({ connection, keyPrefix, observeCommand });
  const revocations = createRedisRevocationLog({ access, connection, retentionSeconds, emit });
  return {
    name: 'redis',
    timeoutMs,
    // The connection keeps retrying: the store works as soon as Redis does.
    fallback: redis.failClosed ? undefined : { store, revocations },
    start: async (signal) => {
      revocations.start();
      await connection.start(signal).catch((error) => {
        if (!(error instanceof InterruptedError)) logFailedStart(redis, error, emit);
        throw error;
      });
      return { store, revocations };
    },
    stop: () => {
      revocations.close();
      return connection.close();
    },
  };
};

const startMemoryStore = (emit: Emit): Storage => {
  emit('memory_store', {});
  return { store: createMemoryStore(), revocations: createMemoryRevocations() };
};

const logFailedStart = ({ target, failClosed }: Config['redis'], error: unknown, emit: Emit): void => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const event = failClosed ? 'redis_connect_fatal' : 'redis_connect_degraded';
  const { errorCode, error: reason, remedy } = diagnose(cause);
  emit(event, { endpoint: endpointOf(target), error: reason, errorCode, remedy });
};

/** The phase that fetches the keys at `JWT_JWKS_URL`. Always required: without keys every JWT would be rejected. */
export const jwksPhase = (url: URL, jwt: Config['jwt'], emit: Emit): Phase<KeySource> => {
  const { algorithms = PUBLIC_KEY_ALGORITHMS, jwksStartupTimeoutMs, jwksMaxStaleSeconds } = jwt;
  const keys = createRemoteKeys({ url, algorithms, maxStaleMs: jwksMaxStaleSeconds * 1000, emit });
  return {
    name: 'jwks',
    timeoutMs: jwksStartupTimeoutMs,
    start: async (signal) => {
      await keys.start(signal);
      return keys;
    },
    stop: keys.close,
  };
};

/** `feeds` end before their listener stops, which would wait for them. */
export const listenPhase = ({ name, start, stop }: Listener, feeds: Pick<RevocationFeeds, 'close'>): Phase<void> => ({
  name: name === 'public' ? 'listen' : `listen-${name}`,
  timeoutMs: LISTEN_TIMEOUT_MS,
  start,
  stop: (signal) => {
    feeds.close();
    return stop(signal);
  },
});
