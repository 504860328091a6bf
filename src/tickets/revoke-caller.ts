import type { Caller } from '../auth/caller.ts';
import { createEndedSessionCheck } from './ended-session.ts';
import { RateLimited } from './errors.ts';
import { createFixedWindowCounter } from './fixed-window-counter.ts';
import { type RevocableOptions, revocableOf, sessionKey, subjectKey } from './revocation-keys.ts';
import type { Revoke } from './revoke.ts';
import type { TicketStore } from './store.ts';

export type RevokeScope = 'session' | 'subject';

export interface CallerRevokerOptions extends RevocableOptions {
  readonly store: Pick<TicketStore, 'marks'>;
  readonly revoke: Revoke;
  readonly now?: () => number;
}

export interface CallerRevocation {
  readonly scope: RevokeScope;
  /** Whether the session ends: its JWTs are rejected from now on. */
  readonly end: boolean;
}

/** Revokes the session of a caller, or all of its sessions. */
export type RevokeCaller = (caller: Caller, revocation: CallerRevocation) => Promise<void>;

/** A person logs out now and then: more, on one instance, is a fault or an attack. */
const LIMIT = { count: 10, seconds: 10 };
const MAX_COUNTED_SUBJECTS = 10_000;

/**
 * Makes the function with which users revoke for themselves. Throws `TokenRejected` if the session has ended,
 * `RateLimited` beyond 10 revocations of a subject in 10 seconds on this instance, `StoreUnavailable`.
 */
export const createCallerRevoker = ({
  store,
  revoke,
  anyIssuer,
  now = Date.now,
}: CallerRevokerOptions): RevokeCaller => {
  const rejectIfEnded = createEndedSessionCheck(store);
  const counter = createFixedWindowCounter(MAX_COUNTED_SUBJECTS);

  const rejectIfOverLimit = (key: string): void => {
    const { count, endsInMs } = counter.count(key, LIMIT.seconds * 1000);
    if (count > LIMIT.count) throw new RateLimited(`${LIMIT.count} revocations in ${LIMIT.seconds} seconds`, endsInMs);
  };

  return async (caller, { scope, end }) => {
    await rejectIfEnded(caller, revocableOf(caller, { anyIssuer }));
    rejectIfOverLimit(subjectKey(caller));
    const session = scope === 'session' ? caller.sessionId : undefined;
    // The clock of the issuer may be ahead: its JWT ends in any case.
    const untilNow = Math.max(Math.floor(now() / 1000), caller.issuedAt ?? 0);
    const keys = [scope === 'session' ? sessionKey(caller) : subjectKey(caller)];
    // First without the end: once that is stored, a user whose request failed halfway could not send it again.
    await revoke({ keys });
    if (end) await revoke({ keys, endedUntil: session === undefined ? untilNow : 'all' });
  };
};
