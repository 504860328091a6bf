import { endpointOf } from '../config/redis-url.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { codedError } from '../protocol/coded-error.ts';
import { InterruptedError } from '../startup/errors.ts';
import { createClient, limitHandshakes, type RedisClient } from './client.ts';
import { renewCredentials } from './credentials.ts';
import { createHeartbeat } from './heartbeat.ts';
import { probeKeys } from './keys.ts';
import { createLastError } from './last-error.ts';
import type { RedisAccess } from './options.ts';
import { createOutageLog } from './outage-log.ts';
import { isTimeout, isWrongPassword, refusalOf } from './redis-errors.ts';
import { askAnotherSentinel } from './sentinels.ts';
import { tlsAlertOf } from './tls-alert.ts';
import { writeProbe } from './write-probe.ts';

const RECONNECT_AT_MOST_EVERY_MS = 2000;
const RECONNECT_AFTER_END_MS = 100;

/** The one connection to Redis, with a readiness that reflects whether Redis accepts writes. */
export interface RedisConnection {
  /**
   * Connects; resolves after the first successful write. When `signal` aborts it rejects with the last known cause and
   * continues to reconnect in the background until `close`. Later calls return the promise of the first one.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Whether Redis accepts writes now; synchronous, no I/O. */
  isReady(): boolean;
  /** The client while ready, else `null`; call it for each use and do not store the result. */
  getClientOrNull(): RedisClient | null;
  /** Passes on the error of a command: it may mean that every other command would fail, too. */
  reportError(error: unknown): void;
  /** Uses other credentials and certificates for new connections; a connection in use stays as it is. */
  renew(access: RedisAccess): void;
  /** Calls the listener whenever Redis, or a Sentinel, refuses the password. */
  onWrongPassword(listener: () => void): void;
  /** Disconnects immediately, without QUIT, to which a hung server would not reply. */
  close(): Promise<void>;
}

/** Redis did not take a write within the time limit of the start. */
export class RedisUnreachable extends Error {
  override readonly name = 'RedisUnreachable';
  readonly code = 'REDIS_UNREACHABLE';
}

export interface RedisConnectionOptions extends RedisAccess {
  readonly emit: Emit;
}

export const createRedisConnection = (
  { emit, ...initial }: RedisConnectionOptions,
  client: RedisClient = createClient(initial),
): RedisConnection => {
  const { target, redis } = initial;
  let access: RedisAccess = initial;
  const endpoint = endpointOf(target);
  const outage = createOutageLog(endpoint, emit);
  const keys = probeKeys(redis.keyPrefix, 'probe');
  const lastError = createLastError(initial);
  const passwordListeners: (() => void)[] = [];
  let writable = false;
  let started: Promise<void> | undefined;
  let onFirstReady: (() => void) | undefined;
  let reconnectedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  let reconnectTimer: NodeJS.Timeout | undefined;

  const markReady = () => {
    if (writable) return;
    writable = true;
    client.emit('usable');
    lastError.clear();
    onFirstReady?.();
    outage.end();
  };

  const recordError = (error: unknown) => {
    lastError.record(error);
    outage.updateCause(lastError.value);
  };

  const announceWrongPassword = (error: unknown) => {
    if (isWrongPassword(error)) for (const listener of passwordListeners) listener();
  };

  const markNotReady = (cause: unknown) => {
    recordError(cause);
    if (!writable) return;
    writable = false;
    outage.begin(lastError.value);
  };

  // Ends the heartbeat first: a reply that arrives during the disconnect must not make the connection ready.
  const disconnect = () => {
    heartbeat.end();
    client.disconnect(true);
  };

  /** Returns `false` when the last reconnect is too recent. */
  const reconnectIfDue = (): boolean => {
    if (performance.now() - reconnectedAt < RECONNECT_AT_MOST_EVERY_MS) return false;
    reconnectedAt = performance.now();
    askAnotherSentinel(client);
    disconnect();
    return true;
  };

  const heartbeat = createHeartbeat({
    intervalMs: redis.heartbeatMs,
    write: (thorough) => writeProbe(client, keys, { ...access, thorough }),
    onWritten: markReady,
    onError: (error) => {
      announceWrongPassword(error);
      markNotReady(error);
      if (refusalOf(error)?.reconnect) reconnectIfDue();
    },
    onSlow: () => markNotReady(noReply()),
    onDead: disconnect,
  });

  const recordTlsAlert = async () => {
    const alert = await tlsAlertOf(access, lastError.value);
    if (alert !== undefined && !writable) recordError(alert);
  };

  const onConnectionLost = () => {
    heartbeat.end();
    markNotReady(lastError.value ?? connectionClosed());
    if (!isClosed) void recordTlsAlert();
  };

  // ioredis stops reconnecting when a failover is announced just while it asks a Sentinel for the master.
  const reconnectAfterEnd = () => {
    if (!isClosed) reconnectTimer = setTimeout(() => void client.connect().catch(recordError), RECONNECT_AFTER_END_MS);
  };

  limitHandshakes(client, redis.connectTimeoutMs, () => {
    recordError(noReply());
    disconnect();
  });
  client.on('connecting', outage.countAttempt);
  client.on('ready', heartbeat.begin);
  client.on('error', (error) => {
    announceWrongPassword(error);
    recordError(error);
  });
  // The error of one cluster node, which may be a node that tickets do not need.
  client.on('node error', (error) => {
    announceWrongPassword(error);
    if (!writable) recordError(error);
  });
  client.on('close', onConnectionLost);
  client.on('end', reconnectAfterEnd);

  const connect = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const rejectStart = () => reject(failedStart(signal));
      signal.addEventListener('abort', rejectStart, { once: true });
      onFirstReady = () => {
        onFirstReady = undefined;
        signal.removeEventListener('abort', rejectStart);
        const durationMs = Math.round(performance.now() - startedAt);
        emit('redis_connect_ok', { endpoint, durationMs, attempts: outage.attempts });
        resolve();
      };
      emit('redis_connect_start', { endpoint, timeoutMs: redis.startupTimeoutMs });
      // Rejects at the first failure, usually with less detail than the `error` event; ioredis continues to retry.
      client.connect().catch((error) => {
        if (lastError.value === undefined) lastError.record(error);
      });
    });

  const failedStart = (signal: AbortSignal): Error => {
    if (signal.reason instanceof InterruptedError) return signal.reason;
    const cause = lastError.value ?? noReply();
    outage.begin(cause, { atStartup: true });
    return new RedisUnreachable(`Redis at ${endpoint}: ${describeError(cause).error}`, { cause });
  };

  return {
    start: (signal) => {
      started ??= connect(signal);
      return started;
    },
    isReady: () => writable && client.status === 'ready',
    getClientOrNull: () => (writable && client.status === 'ready' ? client : null),
    reportError: (error) => {
      if (isTimeout(error)) heartbeat.check();
      const refusal = refusalOf(error);
      if (refusal === undefined) return;
      announceWrongPassword(error);
      markNotReady(error);
      if (refusal.reconnect && reconnectIfDue()) return;
      // The reply to a write in progress is older than this error: only a new write may make the connection ready.
      if (client.status === 'ready') heartbeat.begin();
    },
    renew: (renewed) => {
      access = { ...initial, ...renewed };
      lastError.renew(access);
      renewCredentials(client, access);
    },
    onWrongPassword: (listener) => void passwordListeners.push(listener),
    close: async () => {
      writable = false;
      isClosed = true;
      clearTimeout(reconnectTimer);
      heartbeat.end();
      outage.close();
      client.disconnect();
    },
  };
};

const connectionClosed = (): Error => codedError('ECONNRESET', 'the connection was closed');

const noReply = (): Error =>
  codedError('ETIMEDOUT', 'connected, but no reply in time: Redis hangs, is slow, or is still loading its data');
