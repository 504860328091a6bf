import type { Emit } from '../log/events.ts';
import { diagnose } from './diagnosis.ts';

const SUMMARY_EVERY_MS = 30_000;

/** Logs Redis outages, one after the other: the start, a summary every 30 s, and the end. */
export interface OutageLog {
  /** Starts an outage: `redis_down` at run time, which is the default, and `redis_connect_fail` in both cases. */
  begin(cause: unknown, when?: { readonly atStartup: boolean }): void;
  /** Replaces the cause in later summaries. */
  updateCause(cause: unknown): void;
  countAttempt(): void;
  end(): void;
  /** Connection attempts since the service or the outage started. */
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
  const logFailure = () => {
    const { verdict: _, ...about } = diagnose(cause);
    emit('redis_connect_fail', { endpoint, ...about, attempts, downMs: downMs() });
  };

  return {
    begin: (firstError, { atStartup } = { atStartup: false }) => {
      if (beganAt !== undefined) return;
      firstCause = firstError;
      cause = firstError;
      beganAt = performance.now();
      if (!atStartup) {
        attempts = 0;
        const { error, errorCode } = diagnose(firstError);
        emit('redis_down', { endpoint, reason: error, errorCode });
      }
      logFailure();
      summaries = setInterval(logFailure, SUMMARY_EVERY_MS).unref();
    },
    updateCause: (error) => {
      cause = error;
    },
    countAttempt: () => {
      attempts += 1;
    },
    end: () => {
      if (beganAt === undefined) return;
      emit('redis_up', { endpoint, reason: diagnose(firstCause).error, downMs: downMs() });
      beganAt = undefined;
      clearInterval(summaries);
    },
    get attempts() {
      return attempts;
    },
    close: () => clearInterval(summaries),
  };
};
