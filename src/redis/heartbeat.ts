import { stallTolerantTimeout } from '../time/stall-tolerant-timeout.ts';

const INTERVAL_MS = 500;
const LATE_MS = 1000;
// Including the time to reconnect, a connection whose packets are lost for good is replaced within 3 s.
const DEAD_MS = 2500;
// After a late reply one reply in time is no proof: a Redis that is always slow is then one outage, not one with each
// reply. Three prompt replies in a row are, or twenty-one that are merely in time.
const PROMPT_MS = 500;
const PROOF = 21;
const PROMPT_COUNTS_FOR = 7;

export interface HeartbeatOptions {
  /** Sends one write; resolves when Redis has done it. */
  readonly write: () => Promise<unknown>;
  /** A write was done; after a late one, only once several in a row were done in time. */
  readonly onAnswer: () => void;
  /** Redis answered with an error, or the write could not be sent. */
  readonly onError: (error: unknown) => void;
  /** No answer for a second. */
  readonly onLate: () => void;
  /** No answer for 2.5 seconds: the connection is not worth waiting for. */
  readonly onDead: () => void;
}

export interface Heartbeat {
  /** Starts on a connection that has just become usable, with a write at once. */
  begin(): void;
  end(): void;
}

/**
 * Writes every half second and tells what came of it. A write, since a PING is answered by replicas, by a full
 * memory and by a server whose writes are paused.
 */
export const createHeartbeat = ({ write, onAnswer, onError, onLate, onDead }: HeartbeatOptions): Heartbeat => {
  // Answers to writes of an earlier beginning count for nothing.
  let beginning = 0;
  let outstanding = false;
  // How much proof is missing until Redis counts as usable again; a new connection does not reset it.
  let missing = 0;
  let interval: NodeJS.Timeout | undefined;
  let stopWaiting: (() => void) | undefined;

  const late = () => {
    missing = PROOF;
    onLate();
  };

  const wait = () => {
    const cancelLate = stallTolerantTimeout(late, LATE_MS);
    const cancelDead = stallTolerantTimeout(onDead, DEAD_MS);
    return () => {
      cancelLate();
      cancelDead();
      stopWaiting = undefined;
    };
  };

  const beat = async (): Promise<void> => {
    if (outstanding) return;
    const begunIn = beginning;
    const sentAt = performance.now();
    outstanding = true;
    stopWaiting ??= wait();
    const error = await failureOf(write());
    if (begunIn !== beginning) return;
    outstanding = false;
    // A time-out is no answer: the wait goes on through the next write.
    if (isTimeout(error)) return;
    stopWaiting?.();
    if (error === undefined) answered(performance.now() - sentAt);
    else onError(error);
  };

  const answered = (tookMs: number) => {
    if (missing > 0) missing = tookMs >= LATE_MS ? PROOF : missing - (tookMs <= PROMPT_MS ? PROMPT_COUNTS_FOR : 1);
    if (missing <= 0) onAnswer();
    else void beat();
  };

  const end = () => {
    beginning += 1;
    outstanding = false;
    clearInterval(interval);
    stopWaiting?.();
  };

  return {
    begin: () => {
      end();
      interval = setInterval(beat, INTERVAL_MS);
      void beat();
    },
    end,
  };
};

const failureOf = (write: Promise<unknown>): Promise<unknown> =>
  write.then(
    () => undefined,
    (error) => error,
  );

const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out';
