import { fields } from '../config/fields.ts';
import { readSections } from '../config/read-config.ts';
import type { RedisAccess } from '../redis/options.ts';
import type { RedisOptions } from './options.ts';
import { Misconfigured } from './redeemer.ts';

const FIELDS: Readonly<Record<keyof RedisOptions, { readonly name: string }>> = {
  url: fields.redis.target,
  keyPrefix: fields.redis.keyPrefix,
  sentinelMaster: fields.redis.sentinelMaster,
  sentinelPassword: fields.redis.sentinelPassword,
  cluster: fields.redis.cluster,
  tlsCaFile: fields.redis.tlsCa,
  tlsServername: fields.redis.tlsServername,
  startupTimeoutMs: fields.redis.startupTimeoutMs,
  connectTimeoutMs: fields.redis.connectTimeoutMs,
  commandTimeoutMs: fields.redis.commandTimeoutMs,
};

/** Reads the options by the rules of ticketd's own configuration; rejects with `ConfigError`. */
export const readAccess = async (options: RedisOptions): Promise<RedisAccess> => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const variables = given.map(([key, value]) => [FIELDS[key as keyof RedisOptions].name, String(value)]);
  const { redis } = await readSections(['redis'], Object.fromEntries(variables));
  const { target } = redis;
  if (target.kind === 'memory') throw new Misconfigured('memory:// is a store inside ticketd: redeem over HTTP');
  return { target, redis };
};

export const redisOptionNames = Object.keys(FIELDS);
