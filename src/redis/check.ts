import { Cluster, type Redis } from 'ioredis';
import { endpointOf } from '../config/redis-url.ts';
import { within } from '../time/timeouts.ts';
import { createClient, type RedisClient } from './client.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { probeKeys } from './keys.ts';
import { type RedisAccess, type Topology, topologyOf } from './options.ts';
import { createRedactor, isConnectionClosed } from './redis-errors.ts';
import {
  clockDifferenceOf,
  clockWarnings,
  isTooOld,
  largestDifference,
  readServerInfo,
  type ServerInfo,
  unlessForbidden,
  warningsOf,
} from './server-info.ts';
import { measureRoundTrip, sendTicketCommands } from './write-probe.ts';

/** The result of one check. It contains no credentials. */
export interface RedisReport {
  readonly ok: boolean;
  readonly endpoint: string;
  readonly topology: Topology;
  /** The oldest one when there are several servers. */
  readonly version?: string;
  readonly role?: string;
  /** Number of masters. */
  readonly masters?: number;
  /** Milliseconds for a write and then a read that deletes; in a cluster on the slowest master. */
  readonly roundTripMs?: number;
  /** Redis' `maxmemory-policy`, and whether its append-only file is on. */
  readonly evictionPolicy?: string;
  readonly appendOnly?: boolean;
  /** By how many milliseconds the clock of Redis is ahead of this machine's; in a cluster the largest difference. */
  readonly clockDifferenceMs?: number;
  readonly warnings: readonly string[];
  readonly problem?: Diagnosis;
}

export interface RedisCheckOptions extends RedisAccess {
  /** Limit of the whole check, in milliseconds. */
  readonly timeoutMs: number;
}

/** Connects once, as the service would, and sends the commands of the service with keys of its own. */
export const checkRedis = async ({ timeoutMs, ...access }: RedisCheckOptions): Promise<RedisReport> => {
  const about = { endpoint: endpointOf(access.target), topology: topologyOf(access) };
  const client = createClient(access, { once: true });
  let lastError: unknown;
  const keepLastError = (error: unknown) => {
    if (lastError === undefined || !isConnectionClosed(error)) lastError = error;
  };
  client.on('error', keepLastError).on('node error', keepLastError);
  try {
    const found = await within(timeoutMs, () => inspect(client, about.topology, access));
    return { ok: found.problem === undefined, ...about, ...found };
  } catch (error) {
    return { ok: false, ...about, warnings: [], problem: diagnose(createRedactor(access)(lastError ?? error)) };
  } finally {
    client.disconnect();
  }
};

type Findings = Omit<RedisReport, 'ok' | 'endpoint' | 'topology'>;

const inspect = async (client: RedisClient, topology: Topology, access: RedisAccess): Promise<Findings> => {
  await client.connect();
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  await Promise.all(masters.map(requirePong));
  const infos = await Promise.all(masters.map((node: Redis) => readServerInfo(node)));
  const about = { ...(await describeServers(masters, infos, topology)), masters: masters.length };
  const error = wrongServer(infos, topology) ?? tooOld(about.version);
  if (error !== undefined) return { ...about, problem: diagnose(error) };
  try {
    return { ...about, roundTripMs: await tryCommands(client, access) };
  } catch (error) {
    return { ...about, problem: diagnose(error) };
  }
};

const requirePong = async (node: Redis): Promise<void> => {
  // A user without permission for PING may still have all permissions that tickets need.
  const reply = await node.ping().catch(unlessForbidden('PONG'));
  if (reply !== 'PONG') throw coded('NOT_REDIS', 'the reply to PING was not PONG');
};

type Infos = readonly (ServerInfo | undefined)[];

const describeServers = async (masters: readonly Redis[], infos: Infos, topology: Topology) => {
  const clockDifferenceMs = largestDifference(await Promise.all(masters.map((node) => clockDifferenceOf(node))));
  const warnings = [...infos.flatMap((info) => warningsOf(info, topology)), ...clockWarnings(clockDifferenceMs)];
  return {
    ...settingsOfOldest(infos),
    ...(clockDifferenceMs !== undefined && { clockDifferenceMs }),
    warnings: [...new Set(warnings)],
  };
};

const settingsOfOldest = (infos: Infos): Partial<ServerInfo['settings']> => {
  const known = infos.filter((info) => info !== undefined);
  const [oldest] = known.toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
  return oldest === undefined ? {} : oldest.settings;
};

/** Compares the mode of the servers with the configured one: on a cluster node a write may succeed by chance. */
const wrongServer = (infos: Infos, topology: Topology): Error | undefined => {
  const modes = infos.map((info) => info?.mode);
  if (topology !== 'cluster' && modes.includes('cluster')) return coded('MOVED', 'this is a node of a cluster');
  return modes.includes('sentinel') ? coded('IS_SENTINEL', 'this is a Sentinel') : undefined;
};

const tooOld = (version: string | undefined): Error | undefined =>
  version !== undefined && isTooOld(version) ? coded('TOO_OLD', `this is version ${version}`) : undefined;

const tryCommands = async (client: RedisClient, access: RedisAccess): Promise<number> => {
  const keys = probeKeys(access.redis.keyPrefix, 'check');
  await sendTicketCommands(client, keys, access);
  return measureRoundTrip(client, keys);
};

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
