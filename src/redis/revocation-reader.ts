import { Cluster } from 'ioredis';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { codedError } from '../protocol/coded-error.ts';
import { FIRST_POSITION, type Position } from '../protocol/revocation-entry.ts';
import type { RevocationListener } from '../tickets/revocation-log.ts';
import { pause } from '../time/clock.ts';
import { createClient, limitHandshakes, type RedisClient } from './client.ts';
import { renewCredentials } from './credentials.ts';
import { createLastError } from './last-error.ts';
import type { RedisAccess } from './options.ts';
import { hasNoReason, isReply, readableError, refusalOf } from './redis-errors.ts';
import { MAX_ENTRIES_PER_READ, type RevocationStream } from './revocation-stream.ts';
import { askAnotherSentinel } from './sentinels.ts';

/** Reads the stream of revocations over a connection of its own: what happens to it never affects tickets. */
export interface RevocationReader {
  /** Connects, and keeps reading until `close`. */
  start(): void;
  /** Where the stream ended within the last 10 seconds; `undefined` if that is not known. */
  recentPosition(): Position | undefined;
  /** Seconds since the reader last was at the end of the stream. */
  lagSeconds(): number;
  /** The error of Redis while the reader may not read: no gateway would learn of a revocation. */
  prohibition(): unknown;
  /** Uses other credentials and certificates for new connections. */
  renew(access: RedisAccess): void;
  /** Takes a position that was read on another connection: the entry there must still exist after a reconnect. */
  recordPosition(position: Position): void;
  close(): void;
}

export interface RevocationReaderOptions {
  readonly access: RedisAccess;
  readonly stream: RevocationStream;
  readonly listener: RevocationListener;
  readonly emit: Emit;
}

// ioredis closes a connection on which a command waits for 5 s.
const BLOCK_MS = { min: 1000, max: 4000 };
const DELAYED_MS = 10_000;
const CHECK_EVERY_MS = 1000;
// An alarm on the event stays on for as long as the outage lasts.
const REPORT_EVERY_MS = 60_000;
const RETRY_MS = 200;
// Until an operator has allowed the commands, or removed a key of another type.
const RETRY_FORBIDDEN_MS = 5000;

export const createRevocationReader = ({
  access,
  stream,
  listener,
  emit,
}: RevocationReaderOptions): RevocationReader => {
  const blockMs = Math.min(BLOCK_MS.max, Math.max(BLOCK_MS.min, access.redis.heartbeatMs));
  const lastError = createLastError(access);
  const closing = new AbortController();
  let client: RedisClient | undefined;
  let checkTimer: NodeJS.Timeout | undefined;
  let position: Position | undefined;
  // On any connection: the entry there must exist.
  let lastSeen = FIRST_POSITION;
  let atEndAt = performance.now();
  let reportedAt: number | undefined;
  let reading = false;
  let prohibition: unknown;
  let checkedAt = performance.now();

  const reachEnd = (): void => {
    const now = performance.now();
    if (reportedAt !== undefined) emit('revocation_reader_up', { downMs: Math.round(now - atEndAt) });
    reportedAt = undefined;
    prohibition = undefined;
    atEndAt = now;
    lastError.clear();
    client?.emit('usable');
  };

  const reportDelay = (): void => {
    const now = performance.now();
    // After a stall of this process a reply may wait to be read: the next check decides.
    const isLate = now - checkedAt > 2 * CHECK_EVERY_MS;
    checkedAt = now;
    if (isLate) return;
    if (now - atEndAt < DELAYED_MS || (reportedAt !== undefined && now - reportedAt < REPORT_EVERY_MS)) return;
    const isFirst = reportedAt === undefined;
    reportedAt = now;
    const downMs = Math.round(now - atEndAt);
    emit('revocation_reader_down', { ...describeError(lastError.value ?? noReply()), downMs });
    if (isFirst) listener.onDelayed();
  };

  const recordPosition = (seen: Position): void => {
    if (seen > lastSeen) lastSeen = seen;
  };

  const isContinuous = async (connection: RedisClient, last: Position): Promise<boolean> =>
    (await stream.hasEntryAt(connection, last)) && (await stream.hasEntryAt(connection, lastSeen));

  /** Where to continue: after the last entry, if it proves that the stream has lost nothing; else at the end. */
  const resume = async (connection: RedisClient): Promise<Position> => {
    if (position !== undefined && (await isContinuous(connection, position))) return position;
    const end = await endOf(stream, connection);
    lastSeen = end;
    if (position !== undefined) listener.onReset(end);
    return end;
  };

  const follow = async (connection: RedisClient): Promise<void> => {
    position = await resume(connection);
    while (!closing.signal.aborted) {
      const expected = lastSeen;
      const entries = await stream.waitForEntries(connection, position, blockMs);
      if (entries.length === 0 && position < expected) throw entryMissing();
      position = entries.at(-1)?.position ?? position;
      recordPosition(position);
      if (entries.length < MAX_ENTRIES_PER_READ) reachEnd();
      if (entries.length > 0) listener.onEntries(entries);
    }
  };

  const recover = async (connection: RedisClient, error: unknown): Promise<void> => {
    lastError.record(hasNoReason(error) ? error : readableError(error));
    if (connection instanceof Cluster) connection.refreshSlotsCache();
    else if (connection.status === 'ready' && (refusalOf(error)?.reconnect || !isReply(error))) {
      askAnotherSentinel(connection);
      connection.disconnect(true);
    }
    prohibition = isForbidden(error) ? readableError(error) : undefined;
    await pause(isForbidden(error) ? RETRY_FORBIDDEN_MS : RETRY_MS, closing.signal);
  };

  /** Reads for as long as the connection is usable; the next `ready` starts again. */
  const readWhileReady = async (connection: RedisClient): Promise<void> => {
    if (reading) return;
    reading = true;
    while (connection.status === 'ready' && !closing.signal.aborted)
      await follow(connection).catch((error) => recover(connection, error));
    reading = false;
  };

  const reconnectAfterEnd = async (connection: RedisClient): Promise<void> => {
    await pause(RETRY_MS, closing.signal);
    if (!closing.signal.aborted) await connection.connect().catch(lastError.record);
  };

  return {
    start: () => {
      const connection = createClient(withBlockingReads(access, blockMs));
      client = connection;
      limitHandshakes(connection, access.redis.connectTimeoutMs, () => connection.disconnect(true));
      connection.on('ready', () => void readWhileReady(connection));
      connection.on('error', lastError.record).on('node error', lastError.record);
      // See connection.ts: ioredis may stop reconnecting during a failover.
      connection.on('end', () => void reconnectAfterEnd(connection));
      connection.connect().catch(lastError.record);
      checkTimer = setInterval(reportDelay, CHECK_EVERY_MS);
    },
    recentPosition: () => (performance.now() - atEndAt < DELAYED_MS ? position : undefined),
    prohibition: () => prohibition,
    lagSeconds: () => (performance.now() - atEndAt) / 1000,
    recordPosition,
    renew: (renewed) => {
      lastError.renew(renewed);
      if (client !== undefined) renewCredentials(client, withBlockingReads(renewed, blockMs));
    },
    close: () => {
      closing.abort();
      clearInterval(checkTimer);
      client?.disconnect();
    },
  };
};

/** Where the stream ends. One without its last entry gets another: nothing else could prove later that it lost none. */
const endOf = async (stream: RevocationStream, client: RedisClient): Promise<Position> => {
  const end = await stream.lastPosition(client);
  const isThere = end !== FIRST_POSITION && (await stream.hasEntryAt(client, end));
  return isThere ? end : stream.append(client, '', FIRST_POSITION);
};

/** Whether Redis replied with an error that does not pass by itself, unlike that of a server which starts or fails over. */
const isForbidden = (error: unknown): boolean =>
  isReply(error) && error instanceof Error && /^(NOPERM|WRONGTYPE|ERR)\b/.test(error.message);

const withBlockingReads = (access: RedisAccess, blockMs: number): RedisAccess => {
  const commandTimeoutMs = access.redis.commandTimeoutMs + blockMs;
  return { ...access, redis: { ...access.redis, commandTimeoutMs } };
};

/** Such as a master that was replaced, and does not know: nothing that is stored from then on would be read. */
const entryMissing = (): Error => codedError('STALE', 'the server lacks a revocation that another connection stored');

const noReply = (): Error => codedError('ETIMEDOUT', 'no reply in time');
