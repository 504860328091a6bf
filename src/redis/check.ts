import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { endpointOf } from '../config/redis-url.ts';
import { within } from '../time/within.ts';
import { type RedisAccess, type Topology, topologyOf } from './access.ts';
import { createClient, type RedisClient } from './client.ts';
import { clockDifferenceOf, clockWarnings, largestDifference } from './clock-difference.ts';
import { keyOnEachMaster } from './cluster-keys.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { countOne } from './increment-window.ts';
import { trialKeys } from './keys.ts';
import { readAll } from './read-all.ts';
import { discreet } from './redactor.ts';
import { isMereClose } from './redis-errors.ts';
import { askServer, isTooOld, type ServerInfo, unlessForbidden, warningsOf } from './server-info.ts';

/** What one check found. Never holds credentials. */
export interface RedisReport {
  readonly ok: boolean;
  readonly endpoint: string;
  readonly topology: Topology;
  /** Of the oldest server, where there are several. */
  readonly version?: string;
  readonly role?: string;
  /** How many masters there are to write to. */
  readonly masters?: number;
  /** Milliseconds for a write and for a read that deletes, one after the other; in a cluster on the slowest master. */
  readonly roundTripMs?: number;
  /** Redis' `maxmemory-policy`, and whether it keeps an append-only file. */
  readonly evictionPolicy?: string;
  readonly appendOnly?: boolean;
  /** By how many milliseconds Redis' clock is ahead of this machine's; in a cluster that which is furthest off. */
  readonly clockDifferenceMs?: number;
  readonly warnings: readonly string[];
  readonly problem?: Diagnosis;
}

export interface RedisCheckOptions extends RedisAccess {
  /** Limit of the whole check, in milliseconds. */
  readonly timeoutMs: number;
}

/** Connects once, as the service would, and does with keys of its own what the service does with tickets. */
export const checkRedis = async ({ timeoutMs, ...access }: RedisCheckOptions): Promise<RedisReport> => {
  const about = { endpoint: endpointOf(access.target), topology: topologyOf(access) };
  const client = createClient(access, { once: true });
  let lastError: unknown;
  const learn = (error: unknown) => {
    if (lastError === undefined || !isMereClose(error)) lastError = error;
  };
  client.on('error', learn).on('node error', learn);
  try {
    const found = await within(timeoutMs, examine(client, about.topology, access));
    return { ok: found.problem === undefined, ...about, ...found };
  } catch (error) {
    return { ok: false, ...about, warnings: [], problem: diagnose(discreet(access)(lastError ?? error)) };
  } finally {
    client.disconnect();
  }
};

type Found = Omit<RedisReport, 'ok' | 'endpoint' | 'topology'>;

const examine = async (client: RedisClient, topology: Topology, access: RedisAccess): Promise<Found> => {
  const { target } = access;
  await client.connect();
  // ioredis takes no notice of a refused SELECT, and would go on in database 0.
  if (client instanceof Redis && target.database !== 0) await client.select(target.database);
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  await Promise.all(masters.map(demandPong));
  const infos = await Promise.all(masters.map((node: Redis) => askServer(node)));
  const clockDifferenceMs = largestDifference(await Promise.all(masters.map((node: Redis) => clockDifferenceOf(node))));
  const warnings = [...infos.flatMap((info) => warningsOf(info, topology)), ...clockWarnings(clockDifferenceMs)];
  const about = {
    ...settingsOf(infos),
    ...(clockDifferenceMs !== undefined && { clockDifferenceMs }),
    masters: masters.length,
    warnings: [...new Set(warnings)],
  };
  const misplaced = infos.map((info) => misplacedFor(info, topology)).find((error) => error !== undefined);
  if (misplaced !== undefined) return { ...about, problem: diagnose(misplaced) };
  if (about.version !== undefined && isTooOld(about.version))
    return { ...about, problem: diagnose(coded('TOO_OLD', `this is version ${about.version}`)) };
  try {
    return { ...about, roundTripMs: await slowestRoundTrip(client, access) };
  } catch (error) {
    return { ...about, problem: diagnose(error) };
  }
};

const demandPong = async (node: Redis): Promise<void> => {
  // A user without the right to PING may still have all that tickets need.
  const answer = await node.ping().catch(unlessForbidden('PONG'));
  if (answer !== 'PONG') throw coded('NOT_REDIS', 'PING was answered with something else than PONG');
};

/** A write may pass on a node of a cluster, by the luck of its key. */
const misplacedFor = (info: ServerInfo | undefined, topology: Topology): Error | undefined => {
  if (info?.mode === 'cluster' && topology !== 'cluster') return coded('MOVED', 'this is a node of a cluster');
  return info?.mode === 'sentinel' ? coded('IS_SENTINEL', 'this is a Sentinel') : undefined;
};

const settingsOf = (infos: readonly (ServerInfo | undefined)[]): Partial<ServerInfo['settings']> => {
  const known = infos.filter((info) => info !== undefined);
  const [oldest] = known.toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
  return oldest === undefined ? {} : oldest.settings;
};

const LIFE_MS = 10_000;

const slowestRoundTrip = async (client: RedisClient, { redis, counts }: RedisAccess): Promise<number> => {
  const { ticket, revocation, count } = trialKeys(redis.keyPrefix, 'check');
  await readAll(client, [revocation]);
  if (counts) await countOne(client, count, LIFE_MS);
  const keys = client instanceof Cluster ? keyOnEachMaster(client.slots, ticket) : [ticket];
  return Math.max(...(await Promise.all(keys.map((key) => roundTrip(client, key)))));
};

const roundTrip = async (client: RedisClient, key: string): Promise<number> => {
  const startedAt = performance.now();
  const value = randomUUID();
  await client.set(key, value, 'PX', LIFE_MS, 'NX');
  const taken = await client.getdel(key);
  if (taken !== value) throw coded('LOST_WRITE', 'what was written could not be read back');
  return Math.round((performance.now() - startedAt) * 100) / 100;
};

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
