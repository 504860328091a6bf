import { RequestError } from '../errors/request-error.ts';
import type { TicketStore } from '../tickets/store.ts';
import type { RedisConnection } from './connection.ts';

/** Keeps tickets in Redis: one `SET … PX … NX` each. PX rather than PXAT, which answers OK to a past time and keeps nothing. */
export const createRedisStore = (connection: RedisConnection, keyPrefix: string): TicketStore => ({
  name: 'redis',
  isReady: connection.isReady,
  put: async (digest, payload, ttlMs) => {
    const client = connection.getClientOrNull();
    if (client === null) throw notReady(new Error('Redis is not ready'));
    try {
      const answer = await client.set(`${keyPrefix}t:${digest}`, payload, 'PX', ttlMs, 'NX');
      if (answer !== 'OK') throw new Error('the ticket was there already');
    } catch (error) {
      connection.noteFault(error);
      throw notReady(error);
    }
  },
});

const notReady = (cause: unknown): RequestError =>
  new RequestError('WS_TICKET_REDIS_NOT_READY', 'Ticket service temporarily unavailable', { cause });
