import { Cluster, type Redis } from 'ioredis';
import { endpointOf } from '../config/redis-url.ts';
import { describeError } from '../log/describe-error.ts';
import { codedError } from '../protocol/coded-error.ts';
import { within } from '../time/timeouts.ts';
import { createClient, type RedisClient } from './client.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { probeKeys } from './keys.ts';
import { createLastError } from './last-error.ts';
import { type RedisAccess, type Topology, topologyOf } from './options.ts';
import { createRedactor, isReply } from './redis-errors.ts';
import {
  clockDifferenceOf,
  clockWarnings,
  isTooOld,
  largestDifference,
  readServerInfo,
  type ServerInfo,
  unlessRefused,
  warningsOf,
} from './server-info.ts';
import { streamWarnings } from './stream-check.ts';
import { tlsAlertOf } from './tls-alert.ts';
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
  const lastError = createLastError(access);
  client.on('error', lastError.record).on('node error', lastError.record);
  try {
    const found = await within(timeoutMs, () => inspect(client, about.topology, access));
    return { ok: found.problem === undefined, ...about, ...found };
  } catch (error) {
    if (lastError.value === undefined || isReply(error)) lastError.record(error);
    const problem = diagnose((await tlsAlertOf(access, lastError.value)) ?? lastError.value);
    return { ok: false, ...about, warnings: [], problem };
  } finally {
    client.disconnect();
  }
};

// Behind a proxy that does not reply to PING, INFO or TIME, tickets may work all the same.
const DETAILS_TIMEOUT_MS = 1000;

type Findings = Omit<RedisReport, 'ok' | 'endpoint' | 'topology'>;

/** The commands of tickets decide, as they do for the service; what else Redis replies only explains and warns. */
const inspect = async (client: RedisClient, topology: Topology, access: RedisAccess): Promise<Findings> => {
  await client.connect();
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  await Promise.all(masters.map(untilConnected));
  const { refusal, streams = [], ...tried } = await tryCommands(client, access);
  const details = await within(DETAILS_TIMEOUT_MS, () => describeServers(masters, topology)).catch(() => UNKNOWN);
  const error = wrongServer(details, refusal) ?? tooOld(details.settings.version) ?? refusal;
  const warnings = [...streams, ...details.warnings];
  const about = { ...details.settings, ...details.clock, masters: masters.length, warnings };
  if (error === undefined) return { ...about, ...tried };
  return { ...about, problem: diagnose(createRedactor(access)(error)) };
};

/** A cluster counts as connected before each of its masters is; also resolves when that fails. */
const untilConnected = (node: Redis): Promise<void> =>
  new Promise((resolve) => {
    if (['ready', 'close', 'end'].includes(node.status)) return resolve();
    for (const event of ['ready', 'end']) node.once(event, () => resolve());
  });

/** Rejects when Redis does not reply; otherwise how long it took, or why Redis refuses. */
const tryCommands = async (client: RedisClient, access: RedisAccess) => {
  const keys = probeKeys(access.redis.keyPrefix, 'check');
  try {
    await sendTicketCommands(client, keys, access);
    return {
      roundTripMs: await measureRoundTrip(client, keys),
      streams: await streamWarnings(client, keys.revocations),
    };
  } catch (refusal) {
    if (isReply(refusal) || describeError(refusal).errorCode === 'LOST_WRITE') return { refusal };
    throw refusal;
  }
};

interface Details {
  readonly modes: readonly (string | undefined)[];
  readonly isRedis: boolean;
  readonly settings: Partial<ServerInfo['settings']>;
  readonly clock: Pick<RedisReport, 'clockDifferenceMs'>;
  readonly warnings: readonly string[];
}

const UNKNOWN: Details = {
  modes: [],
  isRedis: true,
  settings: {},
  clock: {},
  warnings: ['no reply to INFO: version and settings were not checked'],
};

const describeServers = async (masters: readonly Redis[], topology: Topology): Promise<Details> => {
  const pongs = await Promise.all(masters.map((node) => node.ping().catch(unlessRefused('PONG'))));
  const infos = await Promise.all(masters.map((node) => readServerInfo(node)));
  const clockDifferenceMs = largestDifference(await Promise.all(masters.map((node) => clockDifferenceOf(node))));
  const warnings = [...infos.flatMap((info) => warningsOf(info, topology)), ...clockWarnings(clockDifferenceMs)];
  return {
    modes: infos.map((info) => info?.mode),
    isRedis: pongs.every((reply) => reply === 'PONG'),
    settings: settingsOfOldest(infos),
    clock: clockDifferenceMs === undefined ? {} : { clockDifferenceMs },
    warnings: [...new Set(warnings)],
  };
};

const settingsOfOldest = (infos: readonly (ServerInfo | undefined)[]): Partial<ServerInfo['settings']> => {
  const known = infos.filter((info) => info !== undefined);
  const [oldest] = known.toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
  return oldest === undefined ? {} : oldest.settings;
};

/** What kind of server it is explains a refusal better than the refusal itself. */
const wrongServer = ({ modes, isRedis }: Details, refusal: unknown): Error | undefined => {
  if (!isRedis) return codedError('NOT_REDIS', 'the reply to PING was not PONG');
  if (modes.includes('sentinel')) return codedError('IS_SENTINEL', 'this is a Sentinel');
  const isMoved = describeError(refusal).errorCode === 'MOVED';
  return isMoved ? codedError('MOVED', 'this is a node of a cluster') : undefined;
};

const tooOld = (version: string | undefined): Error | undefined =>
  version !== undefined && isTooOld(version) ? codedError('TOO_OLD', `this is version ${version}`) : undefined;
