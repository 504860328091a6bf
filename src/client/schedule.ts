import type { RetryOptions } from './types.ts';

export type ScheduleOptions = Pick<RetryOptions, 'baseDelayMs' | 'maxDelayMs' | 'random'>;

export type Timer = ReturnType<typeof setTimeout>;

// `setTimeout` fires immediately where the time is longer.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const startTimer = (onTimeout: () => void, ms: number): Timer =>
  setTimeout(onTimeout, Math.min(ms, LONGEST_TIMEOUT_MS));

/** When the next attempt is due. */
export interface Schedule {
  /** Whole milliseconds from now; 0 or less when it is due. */
  waitMs(): number;
  /** Failures in a row, which is the number of the next retry. */
  failures(): number;
  /**
   * An attempt failed, or its connection ended. The next one waits for `minDelayMs`, plus a random share of `spreadMs`,
   * by default of the backoff.
   */
  failed(minDelayMs?: number, spreadMs?: number): void;
  /** Restarts the backoff: the next failure counts as the first one. */
  reset(): void;
  /** Makes the next attempt due as soon as `minDelayMs` has passed. */
  skipBackoff(): void;
}

/**
 * Exponential backoff with the "full jitter" of the AWS Architecture Blog, "Exponential Backoff And Jitter"
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/):
 * `sleep = random_between(0, min(cap, base * 2 ** attempt))`.
 */
export const createSchedule = (options: ScheduleOptions): Schedule => {
  const { baseDelayMs = 1000, maxDelayMs = 8000, random = Math.random } = options;
  let failures = 0;
  // Instants of performance.now(), which no change of the clock moves.
  let allowedAt = 0;
  let dueAt = 0;
  return {
    waitMs: () => Math.ceil(dueAt - performance.now()),
    failures: () => failures,
    failed: (minDelayMs = 0, spreadMs = Math.min(maxDelayMs, baseDelayMs * 2 ** failures)) => {
      allowedAt = performance.now() + minDelayMs;
      // On top of the minimum, so that clients with the same one do not come back in one wave.
      dueAt = allowedAt + random() * spreadMs;
      failures += 1;
    },
    reset: () => {
      failures = 0;
    },
    skipBackoff: () => {
      dueAt = allowedAt;
    },
  };
};
