import { isIP } from 'node:net';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { ServerTarget } from '../config/redis-url.ts';
import type { RedisAccess } from './access.ts';

const MAX_RETRY_DELAY_MS = 2000;
const MAX_SENTINEL_RETRY_DELAY_MS = 500;

/**
 * What ioredis is told. It never queues, never sends a command twice and never gives up on reconnecting: a command
 * either goes out now on a usable connection or fails now, and only the write heartbeat says what usable means.
 */
const common = ({ target, redis }: RedisAccess) =>
  ({
    ...credentials(target),
    protocol: 2,
    lazyConnect: true,
    connectionName: 'ticketd',
    disableClientInfo: true,
    connectTimeout: redis.connectTimeoutMs,
    commandTimeout: redis.commandTimeoutMs,
    // Ends a connection on which commands wait and nothing comes back; the heartbeat's own limit comes first.
    socketTimeout: 5000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    noDelay: true,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    maxLoadingRetryTime: 500,
    // A command whose answer was lost may have run: sending it again could spend or make a ticket twice.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    reconnectOnError: null,
    retryStrategy: createRetryStrategy(),
  }) satisfies RedisOptions;

export const singleOptions = (access: RedisAccess) => {
  const { target, redis } = access;
  const [{ host, port }] = target.servers;
  return {
    ...common(access),
    host,
    port,
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
    ...(redis.sentinelPassword !== undefined && { sentinelPassword: redis.sentinelPassword }),
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: (attempt: number) => Math.min(100 * attempt, MAX_SENTINEL_RETRY_DELAY_MS),
    sentinelReconnectStrategy: () => 1000,
    // Without it an old master goes on being written to after a planned failover, and its tickets come back.
    failoverDetector: true,
    ...tls(access, redis.tlsServername),
    ...(target.tls && { enableTLSForSentinelMode: true, sentinelTLS: tls(access, redis.tlsServername).tls ?? {} }),
  } satisfies RedisOptions;
};

export const clusterOptions = (access: RedisAccess) => {
  const { redis, target } = access;
  // Shorter than a command may take, so that a dead node is told as such.
  const connectTimeout = Math.min(1000, redis.connectTimeoutMs, redis.commandTimeoutMs / 2);
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // What is wrong with a cluster is told by the writes; the check would only close it and connect again.
    enableReadyCheck: false,
    clusterRetryStrategy: createRetryStrategy(),
    // A command that may have run is not sent again to whoever takes over.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 50,
    maxRedirections: 4,
    slotsRefreshTimeout: 1000,
    slotsRefreshInterval: 5000,
    redisOptions: { ...common(access), connectTimeout, ...tls(access, undefined) },
    // With TLS a node is called by the name that its certificate bears.
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
    },
  }),
});

/** Exponential from 100 ms up to 2 s, each with up to half of it taken off by chance, so that tasks do not march in step. */
export const retryDelayMs = (attempt: number, random: () => number = Math.random): number => {
  const ceiling = Math.min(MAX_RETRY_DELAY_MS, 100 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling * (1 - random() / 2));
};

/**
 * Spaces attempts to connect from the beginning of one to that of the next: where one waited long for nothing, the next
 * need not wait as long again.
 */
export const createRetryStrategy = (random: () => number = Math.random): ((attempt: number) => number) => {
  let beganAt = Number.NEGATIVE_INFINITY;
  return (attempt) => {
    const tookMs = Math.max(0, performance.now() - beganAt);
    const delayMs = Math.max(retryDelayMs(1, random), Math.round(retryDelayMs(attempt, random) - tookMs));
    beganAt = performance.now() + delayMs;
    return delayMs;
  };
};
