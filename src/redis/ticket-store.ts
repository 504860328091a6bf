import { OutcomeUnknown, StoreUnavailable } from '../tickets/errors.ts';
import type { Taken, TicketStore } from '../tickets/store.ts';
import type { RedisClient } from './client.ts';
import { incrementWindow, readAll } from './commands.ts';
import type { RedisConnection } from './connection.ts';
import { keyspace } from './keys.ts';
import { mayHaveRun, readableError } from './redis-errors.ts';

export interface RedisStoreOptions {
  readonly connection: RedisConnection;
  readonly keyPrefix: string;
  /** Called with the duration of each command, in milliseconds. */
  readonly observeCommand?: (command: string, ms: number) => void;
}

// In place of the payload, which is never empty, until the ticket would have expired.
const USED = '';

/**
 * Stores tickets in Redis. One `SET … PX … NX` stores a ticket: with PX only the clock of Redis ends it, while PXAT
 * replies OK to a past time and stores nothing. One `SET … XX GET KEEPTTL` takes it (Redis 6.2): it replaces the payload
 * with the mark of a used ticket, so that exactly one of any number of callers gets it, and the others learn why not.
 */
export const createRedisStore = ({ connection, keyPrefix, observeCommand }: RedisStoreOptions): TicketStore => {
  const keys = keyspace(keyPrefix);

  const run = async <T>(
    name: string,
    command: (client: RedisClient) => Promise<T>,
    errorOf: (cause: unknown) => Error = unavailable,
  ): Promise<T> => {
    const client = connection.getClientOrNull();
    if (client === null) throw new StoreUnavailable();
    const startedAt = performance.now();
    try {
      return await command(client);
    } catch (error) {
      connection.reportError(error);
      throw errorOf(error);
    } finally {
      observeCommand?.(name, performance.now() - startedAt);
    }
  };

  return {
    name: 'redis',
    isReady: connection.isReady,
    put: async (digest, payload, ttlMs) => {
      const reply = await run('put', (client) => client.set(keys.ticket(digest), payload, 'PX', ttlMs, 'NX'));
      if (reply !== 'OK') throw unavailable(new Error('the ticket was there already'));
    },
    replace: async (digest, payload) => {
      const reply = await run('replace', (client) => client.set(keys.ticket(digest), payload, 'KEEPTTL', 'XX'));
      if (reply !== 'OK') throw unavailable(new Error('the ticket was gone before it was given out'));
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
    mark: ({ kind, key }, value, ttlMs) =>
      run('mark', (client) => client.set(keys[kind](key), value, 'PX', ttlMs, 'GET')),
    marks: (marks) =>
      run('marks', (client) =>
        readAll(
          client,
          marks.map(({ kind, key }) => keys[kind](key)),
        ),
      ),
    count: (key, windowMs) => run('count', (client) => incrementWindow(client, keys.count(key), windowMs)),
  };
};

const takenOf = (before: string | null): Taken => {
  if (before === null) return { state: 'unknown' };
  return before === USED ? { state: 'used' } : { state: 'live', payload: before };
};

const unlessItMayHaveRun = (cause: unknown): Error =>
  mayHaveRun(cause) ? new OutcomeUnknown({ cause: readableError(cause) }) : unavailable(cause);

const unavailable = (cause: unknown): StoreUnavailable => new StoreUnavailable({ cause: readableError(cause) });
