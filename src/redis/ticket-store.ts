import { RequestError } from '../errors/request-error.ts';
import type { TicketStore } from '../tickets/store.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { mayHaveRun } from './faults.ts';

export interface RedisStoreOptions {
  readonly connection: RedisConnection;
  readonly keyPrefix: string;
  /** Told how long each command took, in milliseconds. */
  readonly commandTook?: (command: string, ms: number) => void;
}

/**
 * Keeps tickets in Redis. One `SET … PX … NX` puts a ticket there: PX rather than PXAT, which answers OK to a past time
 * and keeps nothing. One `GETDEL` takes it: only one of any number of takers gets it.
 */
export const createRedisStore = ({ connection, keyPrefix, commandTook }: RedisStoreOptions): TicketStore => {
  const keyOf = (digest: string) => `${keyPrefix}t:${digest}`;

  const run = async <T>(
    name: string,
    command: (client: RedisClient) => Promise<T>,
    told: (cause: unknown) => RequestError,
  ): Promise<T> => {
    const client = connection.getClientOrNull();
    if (client === null) throw notReady(new Error('Redis is not ready'));
    const startedAt = performance.now();
    try {
      return await command(client);
    } catch (error) {
      connection.noteFault(error);
      throw told(error);
    } finally {
      commandTook?.(name, performance.now() - startedAt);
    }
  };

  return {
    name: 'redis',
    isReady: connection.isReady,
    put: async (digest, payload, ttlMs) => {
      const answer = await run('SET', (client) => client.set(keyOf(digest), payload, 'PX', ttlMs, 'NX'), notReady);
      if (answer !== 'OK') throw notReady(new Error('the ticket was there already'));
    },
    take: async (digest) =>
      (await run(
        'GETDEL',
        (client) => client.getdel(keyOf(digest)),
        (cause) => (mayHaveRun(cause) ? outcomeUnknown(cause) : notReady(cause)),
      )) ?? undefined,
  };
};

const notReady = (cause: unknown): RequestError =>
  new RequestError('WS_TICKET_REDIS_NOT_READY', 'Ticket service temporarily unavailable', { cause });

const outcomeUnknown = (cause: unknown): RequestError =>
  new RequestError('WS_TICKET_OUTCOME_UNKNOWN', 'The ticket may be spent: get a new one', { cause });
