import { readConfig } from '../config/read-config.ts';
import { endpointOf } from '../config/redis-url.ts';
import type { Environment } from '../config/sources.ts';
import type { Config } from '../config/variables.ts';
import type { Listener } from '../http/server/listener.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createRedisConnection } from '../redis/connection.ts';
import { diagnose } from '../redis/diagnosis.ts';
import { createRedisStore } from '../redis/ticket-store.ts';
import { InterruptedError } from '../startup/errors.ts';
import type { Phase } from '../startup/phase.ts';
import { createMemoryStore } from '../tickets/memory-store.ts';
import type { TicketStore } from '../tickets/store.ts';
import type { JwtKeys } from './jwt-keys.ts';

const CONFIG_TIMEOUT_MS = 2_000;
const LISTEN_TIMEOUT_MS = 2_000;

export const configPhase = (env: Environment): Phase<Config> => ({
  name: 'config',
  timeoutMs: CONFIG_TIMEOUT_MS,
  start: (signal) => readConfig(env, signal),
});

/** What the start gets from Redis. */
export interface RedisParts {
  readonly store: TicketStore;
  /** New connections use the credentials of this configuration. */
  renew(config: Config): void;
  /** Calls the listener whenever Redis refuses the password. */
  onWrongPassword(listener: () => void): void;
}

/** The phase that connects to Redis and makes the ticket store. */
export const redisPhase = (
  { redis, limits }: Config,
  emit: Emit,
  observeCommand: Metrics['observeCommand'],
): Phase<RedisParts> => {
  const { target, keyPrefix, startupTimeoutMs: timeoutMs } = redis;
  if (target.kind === 'memory') return { name: 'redis', timeoutMs, start: () => startMemoryStore(emit) };
  const counts = limits.ticketRate !== 'off';
  const connection = createRedisConnection({ target, redis, counts, emit });
  const parts: RedisParts = {
    store: createRedisStore({ connection, keyPrefix, observeCommand }),
    renew: (config) => {
      if (config.redis.target.kind === 'server') connection.renew({ target: config.redis.target, redis: config.redis });
    },
    onWrongPassword: connection.onWrongPassword,
  };
  return {
    name: 'redis',
    timeoutMs,
    // The connection keeps retrying: the store works as soon as Redis does.
    fallback: redis.failClosed ? undefined : parts,
    start: async (signal) => {
      await connection.start(signal).catch((error) => {
        if (!(error instanceof InterruptedError)) logFailedStart(redis, error, emit);
        throw error;
      });
      return parts;
    },
    stop: connection.close,
  };
};

const startMemoryStore = (emit: Emit): RedisParts => {
  emit('memory_store', {});
  return { store: createMemoryStore(), renew: () => {}, onWrongPassword: () => {} };
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

export const listenPhase = ({ name, start, stop }: Listener): Phase<void> => ({
  name: name === 'public' ? 'listen' : `listen-${name}`,
  timeoutMs: LISTEN_TIMEOUT_MS,
  start,
  stop,
});
