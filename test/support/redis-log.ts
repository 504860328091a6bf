import type { EventName } from '../../src/log/events.ts';
import type { Position, RevocationEntry } from '../../src/protocol/revocation-entry.ts';
import { createRedisConnection } from '../../src/redis/connection.ts';
import { createRedisRevocationLog } from '../../src/redis/revocation-log.ts';
import type { RevocationLog } from '../../src/tickets/revocation-log.ts';
import { type Emitted, recordEvents } from './emitted.ts';
import { accessOf } from './redis-access.ts';
import { until } from './until.ts';

/** The log of revocations of one instance, and what it passed on so far. */
export interface OpenLog extends RevocationLog {
  readonly entries: readonly RevocationEntry[];
  readonly keys: readonly string[];
  readonly resets: readonly Position[];
  /** How often nothing could be read for too long. */
  readonly delays: number;
  eventsOf(event: EventName): readonly Emitted[];
  untilKeys(...keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface OpenLogOptions {
  readonly retentionSeconds?: number;
}

/** Resolves once it reads. */
export const openLog = async (
  env: Readonly<Record<string, string>>,
  { retentionSeconds = 3600 }: OpenLogOptions = {},
): Promise<OpenLog> => {
  const access = await accessOf(env);
  const { emit, emitted } = recordEvents();
  const connection = createRedisConnection({ ...access, emit });
  await connection.start(AbortSignal.timeout(access.redis.startupTimeoutMs));
  const log = createRedisRevocationLog({ access, connection, retentionSeconds, emit });
  const entries: RevocationEntry[] = [];
  const resets: Position[] = [];
  let delays = 0;
  log.follow({
    onEntries: (some) => void entries.push(...some),
    onReset: (position) => void resets.push(position),
    onDelayed: () => {
      delays += 1;
    },
  });
  log.start();
  await until('the end of the log is known', log.recentPosition);
  const keys = () => entries.map(({ key }) => key).filter((key) => key !== '');
  return {
    ...log,
    entries,
    resets,
    get keys() {
      return keys();
    },
    get delays() {
      return delays;
    },
    eventsOf: (name) => emitted.filter(({ event }) => event === name),
    untilKeys: async (...awaited) => {
      await until(`the entries ${awaited}`, () => awaited.every((key) => keys().includes(key)));
    },
    close: async () => {
      log.close();
      await connection.close();
    },
  };
};
