import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { type KeySet, kidsOf } from './key-set.ts';

const SUMMARY_EVERY_MS = 300_000;

/** Logs what operators need to know about a key set: a change, an outage and its end, keys that are no longer trusted. */
export interface RefreshLog {
  fetched(set: KeySet): void;
  failed(error: unknown): void;
}

export const createRefreshLog = (endpoint: string, maxStaleMs: number, emit: Emit): RefreshLog => {
  let loggedKids: string | undefined;
  let fetchedAt: number | undefined;
  let expiryLogged = false;
  let failedSince: number | undefined;
  let failures = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;

  const logExpired = (now: number) => {
    if (expiryLogged || fetchedAt === undefined || now - fetchedAt <= maxStaleMs) return;
    expiryLogged = true;
    emit('jwks_expired', { endpoint, ageMs: Math.round(now - fetchedAt) });
  };

  return {
    fetched: (set) => {
      const kids = kidsOf(set);
      if (kids !== loggedKids || failedSince !== undefined)
        emit('jwks_refreshed', { endpoint, kids, keys: set.keys.length, unusable: set.unusable });
      loggedKids = kids;
      fetchedAt = performance.now();
      expiryLogged = false;
      failedSince = undefined;
      failures = 0;
      quietUntil = Number.NEGATIVE_INFINITY;
    },
    failed: (error) => {
      const now = performance.now();
      failedSince ??= now;
      failures += 1;
      logExpired(now);
      if (now < quietUntil) return;
      quietUntil = now + SUMMARY_EVERY_MS;
      const downMs = Math.round(now - failedSince);
      emit('jwks_refresh_fail', { endpoint, ...describeError(error), attempts: failures, downMs });
    },
  };
};
