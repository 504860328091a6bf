import { stallTolerantTimeout } from '../time/timeouts.ts';
import { isTimeout } from './redis-errors.ts';

// While Redis is not known to be usable, whatever the interval.
const RETRY_MS = 500;
const THOROUGH_EVERY = 10;
const SLOW_MS = 1000;
// Including the time to reconnect, a connection that loses all packets is replaced within 3 s.
const DEAD_MS = 2500;
// After a slow reply the connection is ready again after 3 replies within PROMPT_MS, or 21 within SLOW_MS. A Redis that
// is always slow is then one outage, not one for each reply.
const PROMPT_MS = 500;
const REPLIES_AFTER_SLOW = 21;
const PROMPT_REPLY_WEIGHT = 7;

export interface HeartbeatOptions {
  /** Milliseconds between two writes while Redis is usable. */
  readonly intervalMs: number;
  /**
   * Sends one write; resolves when Redis has done it. A thorough one tries every command that tickets need: the first on a
   * connection, the first after a fault, and every tenth.
   */
  readonly write: (thorough: boolean) => Promise<unknown>;
  /** A write succeeded; after a slow one, several in a row succeeded in time. */
  readonly onWritten: () => void;
  /** Redis replied with an error, or the write could not be sent. */
  readonly onError: (error: unknown) => void;
  /** No reply for a second. */
  readonly onSlow: () => void;
  /** No reply for 2.5 seconds: the connection is to be replaced. */
  readonly onDead: () => void;
}

export interface Heartbeat {
  /** Starts on a new connection, with a write immediately. */
  begin(): void;
  /** Writes immediately, not at the end of the interval: there is a sign that Redis does not reply. */
  check(): void;
  end(): void;
}

/**
 * Sends a write at each interval and reports the result. Not a PING: replicas reply to it, and so does a Redis that is
 * out of memory or has its writes paused.
 */
export const createHeartbeat = ({
  intervalMs,
  write,
  onWritten,
  onError,
  onSlow,
  onDead,
}: HeartbeatOptions): Heartbeat => {
  // Replies to writes from before the latest begin() are ignored.
  let run = 0;
  let outstanding = false;
  // How many replies are missing until Redis counts as usable; a new connection does not reset it.
  let repliesMissing = 0;
  let untilThorough = 0;
  let interval: NodeJS.Timeout | undefined;
  let everyMs = 0;
  let stopTimers: (() => void) | undefined;

  const beatEvery = (ms: number) => {
    if (ms === everyMs) return;
    clearInterval(interval);
    everyMs = ms;
    interval = setInterval(beat, ms);
  };

  const watchClosely = () => {
    untilThorough = 0;
    beatEvery(Math.min(intervalMs, RETRY_MS));
  };

  const slow = () => {
    watchClosely();
    repliesMissing = REPLIES_AFTER_SLOW;
    onSlow();
  };

  const startTimers = () => {
    const cancelSlow = stallTolerantTimeout(slow, SLOW_MS);
    const cancelDead = stallTolerantTimeout(onDead, DEAD_MS);
    return () => {
      cancelSlow();
      cancelDead();
      stopTimers = undefined;
    };
  };

  const beat = async (): Promise<void> => {
    if (outstanding) return;
    const sentIn = run;
    const sentAt = performance.now();
    outstanding = true;
    stopTimers ??= startTimers();
    untilThorough = untilThorough === 0 ? THOROUGH_EVERY - 1 : untilThorough - 1;
    const error = await failureOf(write(untilThorough === THOROUGH_EVERY - 1));
    if (sentIn !== run) return;
    outstanding = false;
    // A timeout is not a reply: the timers continue through the next write.
    if (isTimeout(error)) return;
    stopTimers?.();
    if (error === undefined) return handleReply(performance.now() - sentAt);
    watchClosely();
    onError(error);
  };

  const handleReply = (tookMs: number) => {
    if (repliesMissing > 0) repliesMissing = tookMs >= SLOW_MS ? REPLIES_AFTER_SLOW : repliesMissing - weightOf(tookMs);
    if (repliesMissing > 0) return void beat();
    beatEvery(intervalMs);
    onWritten();
  };

  const end = () => {
    run += 1;
    outstanding = false;
    clearInterval(interval);
    everyMs = 0;
    stopTimers?.();
  };

  return {
    begin: () => {
      end();
      watchClosely();
      void beat();
    },
    check: () => {
      if (everyMs > 0) void beat();
    },
    end,
  };
};

const weightOf = (tookMs: number): number => (tookMs <= PROMPT_MS ? PROMPT_REPLY_WEIGHT : 1);

const failureOf = (write: Promise<unknown>): Promise<unknown> =>
  write.then(
    () => undefined,
    (error) => error,
  );
