import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Config } from '../config/fields.ts';
import { endpointOf, type ServerTarget } from '../config/redis-url.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { redisOptions } from './options.ts';
import { isTooOld, parseInfo, type ServerInfo, warningsOf } from './server-info.ts';

/** What one check found. Never holds credentials. */
export interface RedisReport {
  readonly ok: boolean;
  readonly endpoint: string;
  readonly version?: string;
  readonly role?: string;
  /** Milliseconds for a write, a read and a delete, one after the other. */
  readonly roundTripMs?: number;
  readonly warnings: readonly string[];
  readonly problem?: Diagnosis;
}

export interface RedisCheckOptions {
  readonly target: ServerTarget;
  readonly redis: Config['redis'];
  /** Limit of the whole check, in milliseconds. */
  readonly timeoutMs: number;
}

/** Connects once, as the service would, and does with a key of its own what the service does with tickets. */
export const checkRedis = async ({ target, redis, timeoutMs }: RedisCheckOptions): Promise<RedisReport> => {
  const endpoint = endpointOf(target);
  const client = new Redis({
    ...redisOptions(target, redis),
    // One try; and no waiting inside ioredis for a server that is loading: that is to be told.
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  let lastError: unknown;
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    return await within(timeoutMs, examine(client, `${redis.keyPrefix}{check}:${randomUUID()}`, endpoint));
  } catch (error) {
    return { ok: false, endpoint, warnings: [], problem: diagnose(lastError ?? error) };
  } finally {
    client.disconnect();
  }
};

const examine = async (client: Redis, key: string, endpoint: string): Promise<RedisReport> => {
  await client.connect();
  const pong = await client.ping();
  if (pong !== 'PONG') throw coded('NOT_REDIS', `PING was answered with something else than PONG`);
  const info = await askInfo(client);
  const about = {
    endpoint,
    ...(info?.version !== undefined && { version: info.version }),
    ...(info?.role !== undefined && { role: info.role }),
    warnings: info === undefined ? ['INFO is not allowed: version and settings were not checked'] : warningsOf(info),
  };
  if (info?.version !== undefined && isTooOld(info.version))
    return { ok: false, ...about, problem: diagnose(coded('TOO_OLD', `this is version ${info.version}`)) };
  try {
    return { ok: true, ...about, roundTripMs: await roundTrip(client, key) };
  } catch (error) {
    return { ok: false, ...about, problem: diagnose(error) };
  }
};

const askInfo = async (client: Redis): Promise<ServerInfo | undefined> => {
  try {
    return parseInfo(await client.info());
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return undefined;
    throw error;
  }
};

const LIFE_MS = 10_000;

const roundTrip = async (client: Redis, key: string): Promise<number> => {
  const startedAt = performance.now();
  const value = randomUUID();
  await client.set(key, value, 'PX', LIFE_MS, 'NX');
  const [read, taken] = [await client.get(key), await client.getdel(key)];
  if (read !== value || taken !== value) throw coded('LOST_WRITE', 'what was written could not be read back');
  return Math.round((performance.now() - startedAt) * 100) / 100;
};

const within = async <T>(timeoutMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(coded('ETIMEDOUT', `no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
};

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
