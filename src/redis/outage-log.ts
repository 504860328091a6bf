import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';

const SUMMARY_EVERY_MS = 30_000;

/** Keeps account of one outage after another: when it began, how often a connection was tried, and what is told of it. */
export interface OutageLog {
  /** An outage began: at run time when Redis had been ready before, unless told that it was at start-up. */
  begin(cause: unknown, when?: { readonly atStartup: boolean }): void;
  /** Something more was learnt about why. */
  note(cause: unknown): void;
  attempted(): void;
  end(): void;
  /** How often a connection was tried since the service started or the outage began. */
  readonly attempts: number;
  /** Stops the summaries. */
  close(): void;
}

export const createOutageLog = (endpoint: string, emit: Emit): OutageLog => {
  let attempts = 0;
  let firstCause: unknown;
  let cause: unknown;
  let beganAt: number | undefined;
  let summaries: NodeJS.Timeout | undefined;

  const downMs = () => (beganAt === undefined ? 0 : Math.round(performance.now() - beganAt));
  const tellFail = () => emit('redis_connect_fail', { endpoint, ...describeError(cause), attempts, downMs: downMs() });

  return {
    begin: (why, { atStartup } = { atStartup: false }) => {
      if (beganAt !== undefined) return;
      firstCause = why;
      cause = why;
      beganAt = performance.now();
      if (!atStartup) {
        attempts = 0;
        const { error, errorCode } = describeError(why);
        emit('redis_down', { endpoint, reason: error, errorCode });
      }
      tellFail();
      summaries = setInterval(tellFail, SUMMARY_EVERY_MS).unref();
    },
    note: (why) => {
      cause = why;
    },
    attempted: () => {
      attempts += 1;
    },
    end: () => {
      if (beganAt === undefined) return;
      emit('redis_up', { endpoint, reason: describeError(firstCause).error, downMs: downMs() });
      beganAt = undefined;
      clearInterval(summaries);
    },
    get attempts() {
      return attempts;
    },
    close: () => clearInterval(summaries),
  };
};
