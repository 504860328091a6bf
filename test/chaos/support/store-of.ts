import { createRedisConnection } from '../../../src/redis/connection.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import { recordEvents } from '../../support/emitted.ts';
import { accessOf } from '../../support/redis-access.ts';
import { until } from '../../support/until.ts';
import type { OpenStore } from './ticket-store.ts';

/** The store of a separate ticketd with these variables, on any Redis topology. */
export const storeOf = async (env: Readonly<Record<string, string>>): Promise<OpenStore> => {
  const access = await accessOf(env);
  const { emit, emitted } = recordEvents();
  const connection = createRedisConnection({ ...access, emit });
  await connection.start(AbortSignal.timeout(access.redis.startupTimeoutMs));
  const store = createRedisStore({ connection, keyPrefix: access.redis.keyPrefix });
  return {
    ...store,
    untilReady: async () => {
      await until('the store is ready', store.isReady, 30_000);
    },
    get downs() {
      return emitted.filter(({ event }) => event === 'redis_down').length;
    },
    close: connection.close,
  };
};
