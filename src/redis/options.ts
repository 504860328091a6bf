import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import type { Config } from '../config/fields.ts';
import type { ServerTarget } from '../config/redis-url.ts';

const MAX_RETRY_DELAY_MS = 2000;

/**
 * What ioredis is told. It never queues, never sends a command twice and never gives up on reconnecting: a command
 * either goes out now on a usable connection or fails now, and only the write heartbeat says what usable means.
 */
export const redisOptions = (target: ServerTarget, redis: Config['redis']) =>
  ({
    ...address(target),
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
    retryStrategy: retryDelayMs,
  }) satisfies RedisOptions;

const address = ({ host, port, username, password, database, tls }: ServerTarget) => ({
  host,
  port,
  db: database,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  // ioredis sends no server name of its own, and RFC 6066 allows none for an IP address.
  ...(tls && { tls: isIP(host) === 0 ? { servername: host } : {} }),
});

/** Exponential from 100 ms up to 2 s, each with up to half of it taken off by chance, so that tasks do not march in step. */
export const retryDelayMs = (attempt: number, random: () => number = Math.random): number => {
  const ceiling = Math.min(MAX_RETRY_DELAY_MS, 100 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling * (1 - random() / 2));
};
