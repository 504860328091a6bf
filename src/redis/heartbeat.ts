import { patientTimeout } from './patient-timer.ts';

const INTERVAL_MS = 500;
const LATE_MS = 1000;
const DEAD_MS = 3000;

export interface HeartbeatOptions {
  /** Sends one write; resolves when Redis has done it. */
  readonly write: () => Promise<unknown>;
  /** A write was done, also one that had been late. */
  readonly onAnswer: () => void;
  /** Redis answered with an error, or the write could not be sent. */
  readonly onError: (error: unknown) => void;
  /** No answer for a second. */
  readonly onLate: () => void;
  /** No answer for three seconds: the connection is not worth waiting for. */
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
  let interval: NodeJS.Timeout | undefined;
  let stopWaiting: (() => void) | undefined;

  const wait = () => {
    const cancelLate = patientTimeout(onLate, LATE_MS);
    const cancelDead = patientTimeout(onDead, DEAD_MS);
    return () => {
      cancelLate();
      cancelDead();
      stopWaiting = undefined;
    };
  };

  const beat = async (): Promise<void> => {
    if (outstanding) return;
    const begunIn = beginning;
    outstanding = true;
    stopWaiting ??= wait();
    const error = await failureOf(write());
    if (begunIn !== beginning) return;
    outstanding = false;
    // A time-out is no answer: the wait goes on through the next write.
    if (isTimeout(error)) return;
    stopWaiting?.();
    if (error === undefined) onAnswer();
    else onError(error);
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
