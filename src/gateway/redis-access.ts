import { readSections } from '../config/read-config.ts';
import { variables } from '../config/variables.ts';
import type { RedisAccess } from '../redis/options.ts';
import type { RedisOptions } from './options.ts';
import { Misconfigured } from './redeemer.ts';

const VARIABLES: Readonly<Record<keyof RedisOptions, { readonly name: string }>> = {
  url: variables.redis.target,
  keyPrefix: variables.redis.keyPrefix,
  sentinelMaster: variables.redis.sentinelMaster,
  sentinelPassword: variables.redis.sentinelPassword,
  cluster: variables.redis.cluster,
  tlsCaFile: variables.redis.tlsCa,
  tlsServername: variables.redis.tlsServername,
  startupTimeoutMs: variables.redis.startupTimeoutMs,
  connectTimeoutMs: variables.redis.connectTimeoutMs,
  commandTimeoutMs: variables.redis.commandTimeoutMs,
};

/** Reads the options by the rules of ticketd's own configuration; rejects with `ConfigError`. */
export const readAccess = async (options: RedisOptions): Promise<RedisAccess> => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const env = given.map(([key, value]) => [VARIABLES[key as keyof RedisOptions].name, String(value)]);
  const { redis } = await readSections(['redis'], Object.fromEntries(env));
  const { target } = redis;
  if (target.kind === 'memory') throw new Misconfigured('memory:// is a store inside ticketd: redeem over HTTP');
  return { target, redis };
};

export const redisOptionNames = Object.keys(VARIABLES);
