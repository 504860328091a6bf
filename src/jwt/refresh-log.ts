import { describeError } from '../errors/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { type KeySet, kidsOf } from './key-set.ts';

const SUMMARY_EVERY_MS = 300_000;

/** Tells of a set of keys what an operator has to know: that it changed, that it cannot be fetched, that it can again. */
export interface RefreshLog {
  fetched(set: KeySet): void;
  failed(error: unknown): void;
}

export const createRefreshLog = (endpoint: string, emit: Emit): RefreshLog => {
  let told: string | undefined;
  let failedSince: number | undefined;
  let failures = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;

  return {
    fetched: (set) => {
      const kids = kidsOf(set);
      if (kids !== told || failedSince !== undefined)
        emit('jwks_refreshed', { endpoint, kids, keys: set.keys.length, unusable: set.unusable });
      told = kids;
      failedSince = undefined;
      failures = 0;
      quietUntil = Number.NEGATIVE_INFINITY;
    },
    failed: (error) => {
      const now = performance.now();
      failedSince ??= now;
      failures += 1;
      if (now < quietUntil) return;
      quietUntil = now + SUMMARY_EVERY_MS;
      const downMs = Math.round(now - failedSince);
      emit('jwks_refresh_fail', { endpoint, ...describeError(error), attempts: failures, downMs });
    },
  };
};
