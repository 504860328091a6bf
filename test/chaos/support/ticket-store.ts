import { createRedisConnection } from '../../../src/redis/connection.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { configOf } from '../../support/config.ts';
import { recordEvents } from '../../support/emitted.ts';
import { until } from '../../support/until.ts';

/** The ticket store of ticketd, without HTTP. */
export interface OpenStore extends TicketStore {
  untilReady(): Promise<void>;
  /** How often readiness was lost so far. */
  readonly downs: number;
  close(): Promise<void>;
}

export const openStore = async (url: string): Promise<OpenStore> => {
  const { redis } = await configOf({ REDIS_URL: url });
  const { target } = redis;
  if (target.kind === 'memory') throw new Error(`not a Redis: ${url}`);
  const { emit, emitted } = recordEvents();
  const connection = createRedisConnection({ target, redis, emit });
  await connection.start(AbortSignal.timeout(redis.startupTimeoutMs));
  const store = createRedisStore({ connection, keyPrefix: redis.keyPrefix });
  return {
    ...store,
    untilReady: async () => {
      await until('the store is ready', store.isReady);
    },
    get downs() {
      return emitted.filter(({ event }) => event === 'redis_down').length;
    },
    close: connection.close,
  };
};
