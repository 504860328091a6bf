import { endpointOf } from '../config/redis-url.ts';
import type { Config } from '../config/variables.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createRedisConnection, type RedisConnection } from '../redis/connection.ts';
import { createRedisStore } from '../redis/ticket-store.ts';
import type { Phase } from '../startup/phase.ts';
import { isInterruptedError } from '../startup/process-error.ts';
import { createMemoryStore } from '../tickets/memory-store.ts';
import type { TicketStore } from '../tickets/store.ts';

/** Where tickets are kept, and the phase that makes it usable. */
export interface Backend {
  readonly store: TicketStore;
  readonly phase: Phase;
}

export const createBackend = (
  { redis, limits }: Config,
  emit: Emit,
  observeCommand: Metrics['observeCommand'],
): Backend => {
  const { target } = redis;
  if (target.kind === 'memory') return embedded(redis, emit);
  const connection = createRedisConnection({ target, redis, counts: limits.ticketRate !== 'off', emit });
  const store = createRedisStore({ connection, keyPrefix: redis.keyPrefix, observeCommand });
  return { store, phase: redisPhase(connection, redis, emit) };
};

const embedded = (redis: Config['redis'], emit: Emit): Backend => ({
  store: createMemoryStore(),
  phase: {
    name: 'redis',
    timeoutMs: redis.startupTimeoutMs,
    start: () => emit('memory_store', {}),
  },
});

const redisPhase = (connection: RedisConnection, redis: Config['redis'], emit: Emit): Phase => ({
  name: 'redis',
  timeoutMs: redis.startupTimeoutMs,
  required: redis.failClosed,
  start: async (signal) => {
    try {
      await connection.start(signal);
    } catch (error) {
      if (!isInterruptedError(error)) tellVerdict(redis, error, emit);
      throw error;
    }
  },
  stop: connection.close,
});

const tellVerdict = ({ target, failClosed }: Config['redis'], error: unknown, emit: Emit): void => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const verdict = failClosed ? 'redis_connect_fatal' : 'redis_connect_degraded';
  emit(verdict, { endpoint: endpointOf(target), ...describeError(cause) });
};
