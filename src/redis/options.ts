import { isIP } from 'node:net';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { ServerTarget } from '../config/redis-url.ts';
import type { Config } from '../config/variables.ts';

/** The part of the configuration that says how to connect to Redis. */
export interface RedisAccess {
  readonly target: ServerTarget;
  readonly redis: Config['redis'];
  /** Whether tickets are counted for each subject, which needs more permissions. */
  readonly counts?: boolean;
}

export type Topology = 'single' | 'sentinel' | 'cluster';

export const topologyOf = ({ redis: { cluster, sentinelMaster } }: RedisAccess): Topology => {
  if (cluster) return 'cluster';
  return sentinelMaster === undefined ? 'single' : 'sentinel';
};

const MAX_RETRY_DELAY_MS = 2000;
const MAX_SENTINEL_RETRY_DELAY_MS = 500;

/**
 * The ioredis options for every topology. ioredis never queues a command, never sends one twice and never stops
 * reconnecting. A command is either sent immediately on a usable connection or fails immediately; the heartbeat decides
 * whether a connection is usable.
 */
const common = ({ target, redis }: RedisAccess) =>
  ({
    ...credentials(target),
    protocol: 2,
    lazyConnect: true,
    // Names and versions of clients need the command CLIENT, the ready check INFO. The reply to such a command would hide
    // what Redis says to a client that it refuses, and the heartbeat sees a server that is loading its data.
    disableClientInfo: true,
    enableReadyCheck: false,
    connectTimeout: redis.connectTimeoutMs,
    commandTimeout: redis.commandTimeoutMs,
    // Closes a connection on which commands get no reply; the heartbeat's own limit comes first.
    socketTimeout: 5000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    noDelay: true,
    enableOfflineQueue: false,
    // A command whose reply was lost may have run: sent again it could spend or make a ticket twice.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    reconnectOnError: null,
    retryStrategy: createRetryStrategy(),
  }) satisfies RedisOptions;

export const singleOptions = (access: RedisAccess) => {
  const { target, redis } = access;
  const [{ host, port }] = target.servers;
  const address = target.socketPath === undefined ? { host, port } : { path: target.socketPath };
  return {
    ...common(access),
    ...address,
    db: target.database,
    ...tls(access, redis.tlsServername ?? host),
  } satisfies RedisOptions;
};

export const sentinelOptions = (access: RedisAccess, master: string) => {
  const { target, redis } = access;
  return {
    ...common(access),
    db: target.database,
    name: master,
    role: 'master',
    sentinels: [...target.servers],
    ...(redis.sentinelUsername !== undefined && { sentinelUsername: redis.sentinelUsername }),
    ...(redis.sentinelPassword !== undefined && { sentinelPassword: redis.sentinelPassword }),
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: (attempt: number) => Math.min(100 * attempt, MAX_SENTINEL_RETRY_DELAY_MS),
    sentinelReconnectStrategy: () => 1000,
    // Without it ioredis continues to write to the old master after a planned failover, and its tickets reappear.
    failoverDetector: true,
    ...tls(access, redis.tlsServername),
    ...(target.tls && { enableTLSForSentinelMode: true, sentinelTLS: tls(access, redis.tlsServername).tls ?? {} }),
  } satisfies RedisOptions;
};

export const clusterOptions = (access: RedisAccess) => {
  const { redis, target } = access;
  // Shorter than the command timeout, so that the error of a dead node is reported as a failed connection.
  const connectTimeout = Math.min(1000, redis.connectTimeoutMs, redis.commandTimeoutMs / 2);
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // The heartbeat's writes show what is wrong with a cluster; the check would only disconnect and connect again.
    enableReadyCheck: false,
    clusterRetryStrategy: createRetryStrategy(),
    // A command that may have run is not sent again to the new master.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 50,
    maxRedirections: 4,
    slotsRefreshTimeout: 1000,
    slotsRefreshInterval: 5000,
    redisOptions: { ...common(access), connectTimeout, ...tls(access, redis.tlsServername) },
    // With TLS a node is addressed by the name in its certificate.
    ...(target.tls && { dnsLookup: sameName }),
  } satisfies ClusterOptions;
};

const sameName: ClusterOptions['dnsLookup'] & {} = (address, callback) => callback(null, address);

const credentials = ({ username, password }: ServerTarget) => ({
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
});

// ioredis sends no server name of its own, and RFC 6066 allows none for an IP address.
const tls = ({ target, redis }: RedisAccess, servername: string | undefined) => ({
  ...(target.tls && {
    tls: {
      ...(servername !== undefined && isIP(servername) === 0 && { servername }),
      ...(redis.tlsCa !== undefined && { ca: redis.tlsCa }),
      ...(redis.tlsCert !== undefined && { cert: redis.tlsCert }),
      ...(redis.tlsKey !== undefined && { key: redis.tlsKey }),
    },
  }),
});

/** Exponential from 100 ms up to 2 s, with a random jitter of up to half, so that instances do not retry in step. */
export const retryDelayMs = (attempt: number, random: () => number = Math.random): number => {
  const ceiling = Math.min(MAX_RETRY_DELAY_MS, 100 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling * (1 - random() / 2));
};

/** The delay before a connection attempt, in milliseconds; `attempt` counts from 1. */
export interface RetryStrategy {
  (attempt: number): number;
  /** The connection is usable: the next delay is that of a first attempt. */
  reset(): void;
}

/**
 * Spaces connection attempts from the start of one to the start of the next: after an attempt that timed out, the next
 * one starts sooner. Counts them itself, since for ioredis a connection that Redis refuses has been a good one.
 */
export const createRetryStrategy = (random: () => number = Math.random): RetryStrategy => {
  let beganAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const delay = (attempt: number): number => {
    failures = Math.max(attempt, failures + 1);
    const tookMs = Math.max(0, performance.now() - beganAt);
    const delayMs = Math.max(retryDelayMs(1, random), Math.round(retryDelayMs(failures, random) - tookMs));
    beganAt = performance.now() + delayMs;
    return delayMs;
  };
  const reset = () => {
    failures = 0;
  };
  return Object.assign(delay, { reset });
};
