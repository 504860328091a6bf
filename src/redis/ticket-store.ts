import { RequestError } from '../errors/request-error.ts';
import type { Taken, TicketStore } from '../tickets/store.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { countOne } from './count.ts';
import { mayHaveRun, plainFault } from './faults.ts';
import { keyspace } from './keys.ts';
import { readAll } from './read-all.ts';

export interface RedisStoreOptions {
  readonly connection: RedisConnection;
  readonly keyPrefix: string;
  /** Told how long each command took, in milliseconds. */
  readonly commandTook?: (command: string, ms: number) => void;
}

// Stands in place of a payload, which is never empty, until the ticket would have expired.
const USED = '';

/**
 * Keeps tickets in Redis. One `SET … PX … NX` puts a ticket there: PX rather than PXAT, which answers OK to a past time
 * and keeps nothing. One `SET … XX GET KEEPTTL` takes it (Redis 6.2): it swaps the payload for the mark that it was
 * used, so that only one of any number of takers gets it, and the others learn why not.
 */
export const createRedisStore = ({ connection, keyPrefix, commandTook }: RedisStoreOptions): TicketStore => {
  const keys = keyspace(keyPrefix);

  const run = async <T>(
    name: string,
    command: (client: RedisClient) => Promise<T>,
    told: (cause: unknown) => RequestError = notReady,
  ): Promise<T> => {
    const client = connection.getClientOrNull();
    if (client === null) throw notReady();
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
      const answer = await run('put', (client) => client.set(keys.ticket(digest), payload, 'PX', ttlMs, 'NX'));
      if (answer !== 'OK') throw notReady(new Error('the ticket was there already'));
    },
    forget: async (digest) => {
      await run('forget', (client) => client.getdel(keys.ticket(digest)));
    },
    take: async (digest) =>
      takenOf(
        await run(
          'take',
          (client) => client.set(keys.ticket(digest), USED, 'KEEPTTL', 'XX', 'GET'),
          unlessItMayHaveRun,
        ),
      ),
    revoke: async (holder, until, ttlMs) => {
      await run('revoke', (client) => client.set(keys.revocation(holder), until, 'PX', ttlMs));
    },
    revokedUntil: async (holders) => {
      const epochs = await run('revoked', (client) => readAll(client, holders.map(keys.revocation)));
      return Math.max(0, ...epochs.map(Number));
    },
    count: (holder, windowMs) => run('count', (client) => countOne(client, keys.count(holder), windowMs)),
  };
};

const takenOf = (before: string | null): Taken => {
  if (before === null) return { state: 'unknown' };
  return before === USED ? { state: 'used' } : { state: 'live', payload: before };
};

const unlessItMayHaveRun = (cause: unknown): RequestError =>
  mayHaveRun(cause) ? outcomeUnknown(cause) : notReady(cause);

const notReady = (cause?: unknown): RequestError =>
  new RequestError('WS_TICKET_REDIS_NOT_READY', 'Ticket service temporarily unavailable', { cause: plainFault(cause) });

const outcomeUnknown = (cause: unknown): RequestError =>
  new RequestError('WS_TICKET_OUTCOME_UNKNOWN', 'The ticket may be spent: get a new one', { cause: plainFault(cause) });
