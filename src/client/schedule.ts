export interface ScheduleOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** When the next attempt is due. */
export interface Schedule {
  /** Whole milliseconds from now; none or less when it is due. */
  waitMs(): number;
  /** Failures in a row, which is the number of the retry that comes next. */
  failures(): number;
  /**
   * An attempt failed, or its connection ended, and the server allows no other before `floorMs` have passed. On top of
   * them the next one waits a random share of `spreadMs`, by default of the backoff.
   */
  failed(floorMs?: number, spreadMs?: number): void;
  /** The next failure counts as a first one. */
  forget(): void;
  /** Makes the next attempt due as soon as the server allows it. */
  hurry(): void;
}

export const createSchedule = (options: ScheduleOptions): Schedule => {
  let failures = 0;
  // Instants of performance.now(), which no correction of the clock moves.
  let allowedAt = 0;
  let dueAt = 0;
  return {
    waitMs: () => Math.ceil(dueAt - performance.now()),
    failures: () => failures,
    failed: (floorMs = 0, spreadMs = backoffMs(options, failures)) => {
      allowedAt = performance.now() + floorMs;
      // On top of the floor, so that clients with the same one do not come back in one wave.
      dueAt = allowedAt + options.random() * spreadMs;
      failures += 1;
    },
    forget: () => {
      failures = 0;
    },
    hurry: () => {
      dueAt = allowedAt;
    },
  };
};

/**
 * "Full jitter" of the AWS Architecture Blog, "Exponential Backoff And Jitter"
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/):
 * `sleep = random_between(0, min(cap, base * 2 ** attempt))`.
 */
const backoffMs = ({ baseDelayMs, maxDelayMs }: ScheduleOptions, failures: number): number =>
  Math.min(maxDelayMs, baseDelayMs * 2 ** failures);
