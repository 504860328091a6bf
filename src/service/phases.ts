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
import { createMemoryRevocationLog } from '../tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../tickets/memory-store.ts';
import type { RevocationLog } from '../tickets/revocation-log.ts';
import type { TicketStore } from '../tickets/store.ts';
import type { JwtKeys } from './jwt-keys.ts';

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

/** What the start gets from Redis. */
export interface RedisParts {
  readonly storage: Storage;
  /** New connections use the credentials of this configuration. */
  renew(config: Config): void;
  /** Calls the listener whenever Redis refuses the password. */
  onWrongPassword(listener: () => void): void;
}

/** The phase that connects to Redis, where tickets and revocations are stored. */
export const redisPhase = (
  { redis, limits, revocations: { retentionSeconds } }: Config,
  emit: Emit,
  observeCommand: Metrics['observeCommand'],
): Phase<RedisParts> => {
  const { target, keyPrefix, startupTimeoutMs: timeoutMs } = redis;
  if (target.kind === 'memory') return { name: 'redis', timeoutMs, start: () => startMemoryStore(emit) };
  const access = { target, redis, counts: limits.ticketRate !== 'off' };
  const connection = createRedisConnection({ ...access, emit });
  const store = createRedisStore({ connection, keyPrefix, observeCommand });
  const revocations = createRedisRevocationLog({ access, connection, retentionSeconds, emit });
  const parts: RedisParts = {
    storage: { store, revocations },
    renew: ({ redis: renewed }) => {
      if (renewed.target.kind !== 'server') return;
      const renewedAccess = { ...access, target: renewed.target, redis: renewed };
      connection.renew(renewedAccess);
      revocations.renew(renewedAccess);
    },
    onWrongPassword: connection.onWrongPassword,
  };
  return {
    name: 'redis',
    timeoutMs,
    // The connection keeps retrying: the store works as soon as Redis does.
    fallback: redis.failClosed ? undefined : parts,
    start: async (signal) => {
      revocations.start();
      await connection.start(signal).catch((error) => {
        if (!(error instanceof InterruptedError)) logFailedStart(redis, error, emit);
        throw error;
      });
      return parts;
    },
    stop: () => {
      revocations.close();
      return connection.close();
    },
  };
};

const startMemoryStore = (emit: Emit): RedisParts => {
  emit('memory_store', {});
  const storage = { store: createMemoryStore(), revocations: createMemoryRevocationLog() };
  return { storage, renew: () => {}, onWrongPassword: () => {} };
};

const logFailedStart = ({ target, failClosed }: Config['redis'], error: unknown, emit: Emit): void => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const event = failClosed ? 'redis_connect_fatal' : 'redis_connect_degraded';
  const { errorCode, error: reason, remedy } = diagnose(cause);
  emit(event, { endpoint: endpointOf(target), error: reason, errorCode, remedy });
};

/** The phase that fetches the keys of identity providers. Always required: without keys every JWT would be rejected. */
export const jwksPhase = (keys: JwtKeys, { jwksStartupTimeoutMs }: Config['jwt']): Phase<void> => ({
  name: 'jwks',
  timeoutMs: jwksStartupTimeoutMs,
  start: keys.start,
  stop: keys.close,
});

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
