import type { Redis } from 'ioredis';
import type { Topology } from './options.ts';
import { isReply } from './redis-errors.ts';

/** Version, mode and settings of a Redis server, from its INFO. */
export interface ServerInfo {
  readonly version: string;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string;
  readonly settings: {
    readonly version: string;
    readonly role: string;
    readonly evictionPolicy: string;
    readonly appendOnly: boolean;
  };
  readonly maxMemoryBytes: number;
  /** Whether a write needs replicas in sync (`min-replicas-to-write`). */
  readonly needsReplicas: boolean;
  /** The `save` setting; empty when CONFIG is not allowed. */
  readonly snapshots: string;
}

const OLDEST = [6, 2] as const;

/** Reads INFO and settings of a server; `undefined` when the user is not allowed to. */
export const readServerInfo = async (node: Redis): Promise<ServerInfo | undefined> => {
  const reply = await node.info().catch(unlessRefused(undefined));
  return reply === undefined ? undefined : parseInfo(reply, await snapshotsOf(node));
};

// Managed services forbid or remove CONFIG.
const snapshotsOf = async (node: Redis): Promise<string> => {
  try {
    const [, value = ''] = (await node.config('GET', 'save')) as string[];
    return value;
  } catch {
    return '';
  }
};

/** Replaces the error reply to a command that the user may not send, or that a proxy does not know, by `value`. */
export const unlessRefused =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isReply(error)) return value;
    throw error;
  };

/** Parses the reply to INFO. */
export const parseInfo = (reply: string, snapshots = ''): ServerInfo => {
  const values = new Map(
    reply.split('\r\n').map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name, value.join(':')] as const;
    }),
  );
  const version = values.get('valkey_version') ?? values.get('redis_version') ?? '';
  return {
    version,
    mode: values.get('redis_mode') ?? '',
    settings: {
      version,
      role: values.get('role') ?? '',
      evictionPolicy: values.get('maxmemory_policy') ?? '',
      appendOnly: values.get('aof_enabled') === '1',
    },
    maxMemoryBytes: Number(values.get('maxmemory') ?? 0),
    // Redis reports the number of good replicas only when that setting is on.
    needsReplicas: values.has('min_slaves_good_slaves'),
    snapshots,
  };
};

/** Whether the version is known and older than 6.2, which brought SET with XX and GET: one redeem alone gets a ticket. */
export const isTooOld = (version: string): boolean => {
  if (version === '') return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

/** Warnings about settings with which tickets can be lost or reappear. */
export const warningsOf = (info: ServerInfo | undefined, topology: Topology): readonly string[] => {
  if (info === undefined) return ['INFO is not allowed: version and settings were not checked'];
  const { settings, maxMemoryBytes, needsReplicas, snapshots } = info;
  const evicts = settings.evictionPolicy !== 'noeviction' && maxMemoryBytes > 0;
  return [
    ...(evicts
      ? [
          `maxmemory-policy is ${settings.evictionPolicy}: when memory is full, Redis evicts live tickets and revocations; set noeviction`,
        ]
      : []),
    ...(settings.appendOnly ? ['appendonly is on: a restart can restore tickets redeemed since the last fsync'] : []),
    ...(snapshots !== '' ? ['save is set: a restart can restore tickets redeemed since the last snapshot'] : []),
    ...(topology !== 'single' && !needsReplicas
      ? [
          'min-replicas-to-write is 0: after a failover tickets can be redeemed again; set it to 1, and min-replicas-max-lag to 2',
        ]
      : []),
  ];
};

const CLOCK_WARNING_FROM_MS = 1000;

/**
 * By how many milliseconds, at least, a server's clock is ahead of this machine's: 0 when it lies between the times of
 * request and reply. `undefined` when the server does not reply with its time.
 */
export const clockDifferenceOf = async (node: Pick<Redis, 'time'>, now = Date.now): Promise<number | undefined> => {
  const requestedAt = now();
  const [seconds, microseconds] = await node.time().catch(() => []);
  if (seconds === undefined || microseconds === undefined) return undefined;
  const serverMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return serverMs - Math.max(requestedAt, Math.min(serverMs, now()));
};

/** The largest of the known differences, in either direction. */
export const largestDifference = (differences: readonly (number | undefined)[]): number | undefined =>
  differences.filter((one) => one !== undefined).toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];

/** Warns since the clock of Redis is usually right: the wrong one may be this machine's, which checks the JWTs. */
export const clockWarnings = (differenceMs: number | undefined): readonly string[] => {
  if (differenceMs === undefined || Math.abs(differenceMs) < CLOCK_WARNING_FROM_MS) return [];
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1);
  const side = differenceMs > 0 ? 'ahead of' : 'behind';
  return [
    `the clock of Redis is ${seconds} s ${side} this machine's: if this machine is wrong, ticketd checks exp and nbf of JWTs wrongly by as much; synchronize both with NTP`,
  ];
};
