import {
  FIRST_POSITION,
  type Position,
  partsOf,
  positionOf,
  type RevocationEntry,
} from '../protocol/revocation-entry.ts';
import type { RedisClient } from './client.ts';

/** The commands for the stream of revocations, on any connection. */
export interface RevocationStream {
  /** Adds an entry; returns its position. Old entries go: those before `oldest`, and at times those beyond a million. */
  append(client: RedisClient, key: string, oldest: Position): Promise<Position>;
  /** Where the stream ends. */
  lastPosition(client: RedisClient): Promise<Position>;
  hasEntryAt(client: RedisClient, position: Position): Promise<boolean>;
  entriesAfter(client: RedisClient, position: Position, limit: number): Promise<readonly RevocationEntry[]>;
  /** Waits up to `blockMs` milliseconds for entries after a position. */
  waitForEntries(client: RedisClient, position: Position, blockMs: number): Promise<readonly RevocationEntry[]>;
}

/** About 100 MB of memory in Redis. XADD trims by age or by number: by number only now and then. */
const MAX_ENTRIES = 1_000_000;
const TRIM_BY_NUMBER_EVERY = 64;
export const MAX_ENTRIES_PER_READ = 1000;

export const createRevocationStream = (stream: string): RevocationStream => {
  let appended = 0;

  const trimmingFor = (oldest: Position): readonly string[] => {
    appended += 1;
    return appended % TRIM_BY_NUMBER_EVERY === 0 ? ['MAXLEN', '~', String(MAX_ENTRIES)] : ['MINID', '~', idAt(oldest)];
  };

  const readAfter = async (client: RedisClient, position: Position, options: readonly (string | number)[]) => {
    const reply = await client.call('xread', ...options, 'STREAMS', stream, idAt(position));
    const [[, entries = []] = []] = (reply ?? []) as readonly (readonly [string, readonly RawEntry[]])[];
    return entries.map(entryOf);
  };

  return {
    append: async (client, key, oldest) =>
      positionAt(String(await client.call('xadd', stream, ...trimmingFor(oldest), '*', FIELD, key))),
    lastPosition: async (client) => {
      const reply = (await client.call('xinfo', 'STREAM', stream).catch(unlessMissing)) as readonly unknown[];
      const at = reply.indexOf('last-generated-id');
      return at < 0 ? FIRST_POSITION : positionAt(String(reply[at + 1]));
    },
    hasEntryAt: async (client, position) => {
      const id = idAt(position);
      return ((await client.call('xrange', stream, id, id)) as readonly RawEntry[]).length > 0;
    },
    entriesAfter: (client, position, limit) => readAfter(client, position, ['COUNT', limit]),
    waitForEntries: (client, position, blockMs) =>
      readAfter(client, position, ['COUNT', MAX_ENTRIES_PER_READ, 'BLOCK', blockMs]),
  };
};

const FIELD = 'k';

type RawEntry = readonly [id: string, fields: readonly string[]];

const entryOf = ([id, [, key = '']]: RawEntry): RevocationEntry => ({ position: positionAt(id), key });

const positionAt = (id: string): Position => {
  const [ms = 0, count = 0] = id.split('-').map(Number);
  return positionOf(ms, count);
};

const idAt = (position: Position): string => {
  const { ms, count } = partsOf(position) ?? { ms: 0, count: 0 };
  return `${ms}-${count}`;
};

const unlessMissing = (error: unknown): readonly unknown[] => {
  if (error instanceof Error && /no such key/i.test(error.message)) return [];
  throw error;
};
