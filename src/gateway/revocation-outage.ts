import type { EventListener } from './events.ts';

/** Reports when revocations have not been received for 5 s, and when they are received again. */
export interface RevocationOutage {
  /** Revocations are not received now, for the reason `error`. */
  begin(error: string): void;
  /** Revocations are received now. */
  end(): void;
  /** The gateway does not wait for revocations any more. */
  stop(): void;
}

const TOLERATED_MS = 5000;

export const createRevocationOutage = (report: EventListener): RevocationOutage => {
  let outage: { error: string; readonly startedAt: number; readonly timer: NodeJS.Timeout } | undefined;
  let isReported = false;

  const reportDelayed = (): void => {
    if (outage === undefined) return;
    isReported = true;
    report({ event: 'revocations_delayed', level: 'error', error: outage.error });
  };

  return {
    begin: (error) => {
      if (outage !== undefined) outage.error = error;
      else outage = { error, startedAt: performance.now(), timer: setTimeout(reportDelayed, TOLERATED_MS).unref() };
    },
    end: () => {
      if (outage === undefined) return;
      clearTimeout(outage.timer);
      const downMs = Math.round(performance.now() - outage.startedAt);
      if (isReported) report({ event: 'revocations_resumed', level: 'info', downMs });
      outage = undefined;
      isReported = false;
    },
    stop: () => clearTimeout(outage?.timer),
  };
};
