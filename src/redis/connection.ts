import { endpointOf } from '../config/redis-url.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { InterruptedError } from '../startup/errors.ts';
import type { RedisAccess } from './access.ts';
import { createClient, type RedisClient } from './client.ts';
import { watchHandshakes } from './handshake.ts';
import { createHeartbeat } from './heartbeat.ts';
import { trialKeys } from './keys.ts';
import { createOutageLog } from './outage-log.ts';
import { probeWrite } from './probe-write.ts';
import { discreet } from './redactor.ts';
import { isMereClose, refusalOf } from './redis-errors.ts';

const RECONNECT_AT_MOST_EVERY_MS = 2000;
const REVIVE_AFTER_MS = 100;

/** The one connection to Redis, and the truth about whether it can be used. */
export interface RedisConnection {
  /**
   * Connects eagerly; resolves at the first write that Redis has done. When `signal` aborts it rejects with the
   * last real cause and goes on trying in the background until `close`. Later calls share the first one's promise.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Whether a write would be taken right now; synchronous, no I/O. */
  isReady(): boolean;
  /** The client while ready, else `null`; to be asked at each use and never kept. */
  getClientOrNull(): RedisClient | null;
  /** Tells the connection of an error that a command met, since it may mean that no other would do better. */
  noteFault(error: unknown): void;
  /** Lets go at once, without a farewell that a hung server would not answer. */
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
  { emit, ...access }: RedisConnectionOptions,
  client: RedisClient = createClient(access),
): RedisConnection => {
  const { target, redis } = access;
  const endpoint = endpointOf(target);
  const outage = createOutageLog(endpoint, emit);
  const probeKeys = trialKeys(redis.keyPrefix, 'probe');
  const tellable = discreet(access);
  let writable = false;
  let started: Promise<void> | undefined;
  let tellFirstReady: (() => void) | undefined;
  let lastError: unknown;
  let reconnectedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  let revival: NodeJS.Timeout | undefined;

  const up = () => {
    if (writable) return;
    writable = true;
    lastError = undefined;
    tellFirstReady?.();
    outage.end();
  };

  const learn = (error: unknown) => {
    if (lastError !== undefined && isMereClose(error)) return;
    lastError = tellable(error);
    outage.note(lastError);
  };

  const down = (cause: unknown) => {
    learn(cause);
    if (!writable) return;
    writable = false;
    outage.begin(lastError);
  };

  // What is answered while the connection goes does not make it a good one again.
  const letGo = () => {
    heartbeat.end();
    client.disconnect(true);
  };

  /** Whether it does, and not just has. */
  const reconnects = (): boolean => {
    if (performance.now() - reconnectedAt < RECONNECT_AT_MOST_EVERY_MS) return false;
    reconnectedAt = performance.now();
    letGo();
    return true;
  };

  const heartbeat = createHeartbeat({
    write: () => probeWrite(client, probeKeys, access),
    onAnswer: up,
    onError: (error) => {
      down(error);
      if (refusalOf(error)?.reconnect) reconnects();
    },
    onLate: () => down(noAnswer()),
    onDead: letGo,
  });

  const lost = () => {
    heartbeat.end();
    down(lastError ?? closed());
  };

  // ioredis stops for good where a failover is announced just as it asks a Sentinel for the master.
  const revive = () => {
    if (!isClosed) revival = setTimeout(() => void client.connect().catch(learn), REVIVE_AFTER_MS);
  };

  watchHandshakes(client, redis.connectTimeoutMs, () => {
    learn(noAnswer());
    letGo();
  });
  client.on('connecting', outage.attempted);
  client.on('ready', heartbeat.begin);
  client.on('error', learn);
  // Of a single node of a cluster, which may be one that nothing depends on.
  client.on('node error', (error) => {
    if (!writable) learn(error);
  });
  client.on('close', lost);
  client.on('end', revive);

  const connect = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const giveUp = () => reject(failedStart(signal));
      signal.addEventListener('abort', giveUp, { once: true });
      tellFirstReady = () => {
        tellFirstReady = undefined;
        signal.removeEventListener('abort', giveUp);
        const durationMs = Math.round(performance.now() - startedAt);
        emit('redis_connect_ok', { endpoint, durationMs, attempts: outage.attempts });
        resolve();
      };
      emit('redis_connect_start', { endpoint, timeoutMs: redis.startupTimeoutMs });
      // It rejects at the first failure, mostly with less than the `error` event tells; the retries go on.
      client.connect().catch((error) => {
        lastError ??= tellable(error);
      });
    });

  const failedStart = (signal: AbortSignal): Error => {
    if (signal.reason instanceof InterruptedError) return signal.reason;
    const cause = lastError ?? noAnswer();
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
    noteFault: (error) => {
      const refusal = refusalOf(error);
      if (refusal === undefined) return;
      down(error);
      if (refusal.reconnect && reconnects()) return;
      // The answer to a write already under way is older than this error: only a new one may say otherwise.
      if (client.status === 'ready') heartbeat.begin();
    },
    close: async () => {
      writable = false;
      isClosed = true;
      clearTimeout(revival);
      heartbeat.end();
      outage.close();
      client.disconnect();
    },
  };
};

const closed = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });

const noAnswer = (): Error =>
  Object.assign(new Error('connected, but no answer in time: Redis hangs, is slow, or is still loading its data'), {
    code: 'ETIMEDOUT',
  });
