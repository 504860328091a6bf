import type { Redis } from 'ioredis';
import type { Topology } from './access.ts';

/** What a Redis server says of itself. */
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
  /** The `save` setting, where it may be asked. */
  readonly snapshots: string;
}

const OLDEST = [6, 2] as const;

/** Asks a server about itself; `undefined` where the user may not. */
export const askServer = async (node: Redis): Promise<ServerInfo | undefined> => {
  const reply = await node.info().catch(unlessForbidden(undefined));
  return reply === undefined ? undefined : parseInfo(reply, await snapshotsOf(node));
};

// Managed services forbid CONFIG, or do not know it.
const snapshotsOf = async (node: Redis): Promise<string> => {
  try {
    const [, value = ''] = (await node.config('GET', 'save')) as string[];
    return value;
  } catch {
    return '';
  }
};

/** Lets `value` stand for the answer to a command that the user may not send, or that a managed service has taken away. */
export const unlessForbidden =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message)) return value;
    throw error;
  };

/** Reads the reply of INFO. */
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
    // Redis tells of the replicas in good standing only where that setting is on.
    needsReplicas: values.has('min_slaves_good_slaves'),
    snapshots,
  };
};

/** GETDEL, without which a ticket could be redeemed twice, came with 6.2; a version that is not told says nothing. */
export const isTooOld = (version: string): boolean => {
  if (version === '') return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

/** Settings under which tickets can get lost or come back. */
export const warningsOf = (info: ServerInfo | undefined, topology: Topology): readonly string[] => {
  if (info === undefined) return ['INFO is not allowed: version and settings were not checked'];
  const { settings, maxMemoryBytes, needsReplicas, snapshots } = info;
  const evicts = settings.evictionPolicy !== 'noeviction' && maxMemoryBytes > 0;
  return [
    ...(evicts
      ? [
          `maxmemory-policy is ${settings.evictionPolicy}: a full memory drops live tickets and revocations; set noeviction`,
        ]
      : []),
    ...(settings.appendOnly
      ? ['appendonly is on: a restart can bring back tickets redeemed since the last fsync']
      : []),
    ...(snapshots !== '' ? ['save is set: a restart can bring back tickets redeemed since the last snapshot'] : []),
    ...(topology !== 'single' && !needsReplicas
      ? [
          'min-replicas-to-write is 0: after a failover tickets can be redeemed again; set it to 1, and min-replicas-max-lag to 2',
        ]
      : []),
  ];
};
