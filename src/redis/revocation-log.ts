import type { Emit } from '../log/events.ts';
import { type Position, partsOf, positionOf } from '../protocol/revocation-entry.ts';
import { StoreUnavailable } from '../tickets/errors.ts';
import type { RevocationListener, RevocationLog } from '../tickets/revocation-log.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { keyspace } from './keys.ts';
import type { RedisAccess } from './options.ts';
import { isTimeout, readableError } from './redis-errors.ts';
import { createRevocationReader } from './revocation-reader.ts';
import { createRevocationStream } from './revocation-stream.ts';

export interface RedisRevocationLogOptions {
  readonly access: RedisAccess;
  /** For everything but waiting. */
  readonly connection: Pick<RedisConnection, 'getClientOrNull' | 'reportError'>;
  readonly retentionSeconds: number;
  readonly emit: Emit;
}

/** The revocations in Redis. */
export interface RedisRevocationLog extends RevocationLog {
  /** Starts to read, over a connection of its own. */
  start(): void;
  /** Uses other credentials and certificates for new connections. */
  renew(access: RedisAccess): void;
  close(): void;
}

export const createRedisRevocationLog = (options: RedisRevocationLogOptions): RedisRevocationLog => {
  const { access, connection, retentionSeconds, emit } = options;
  const stream = createRevocationStream(keyspace(access.redis.keyPrefix).revocations);
  const listeners = new Set<RevocationListener>();
  const reader = createRevocationReader({ access, stream, listener: passOnTo(listeners), emit });
  let lastKnown: Position | undefined;

  const recordPosition = (position: Position): Position => {
    if (lastKnown === undefined || position > lastKnown) lastKnown = position;
    reader.recordPosition(position);
    return position;
  };

  // A user may lack these commands and have those of tickets: readiness does not depend on them.
  const run = async <T>(command: (client: RedisClient) => Promise<T>): Promise<T> => {
    const client = connection.getClientOrNull();
    if (client === null) throw new StoreUnavailable();
    return command(client).catch((error) => {
      if (isTimeout(error)) connection.reportError(error);
      throw new StoreUnavailable({ cause: readableError(error) });
    });
  };

  const oldest = (): Position => {
    const end = lastKnown ?? reader.recentPosition();
    const ms = (end === undefined ? 0 : (partsOf(end)?.ms ?? 0)) - retentionSeconds * 1000;
    return positionOf(Math.max(0, ms), 0);
  };

  return {
    start: reader.start,
    renew: reader.renew,
    close: reader.close,
    append: async (key) => {
      const prohibition = reader.prohibition();
      if (prohibition !== undefined) throw new StoreUnavailable({ cause: prohibition });
      recordPosition(await run((client) => stream.append(client, key, oldest())));
    },
    lastPosition: async () => recordPosition(await run(stream.lastPosition)),
    recentPosition: reader.recentPosition,
    lagSeconds: reader.lagSeconds,
    entriesAfter: (position, limit) =>
      run(async (client) =>
        (await stream.hasEntryAt(client, position)) ? stream.entriesAfter(client, position, limit) : undefined,
      ),
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

const passOnTo = (listeners: ReadonlySet<RevocationListener>): RevocationListener => ({
  onEntries: (entries) => {
    for (const { onEntries } of listeners) onEntries(entries);
  },
  onReset: (position) => {
    for (const { onReset } of listeners) onReset(position);
  },
  onDelayed: () => {
    for (const { onDelayed } of listeners) onDelayed();
  },
});
