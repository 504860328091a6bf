import type { Caller } from '../auth/caller.ts';
import { TokenRejected } from '../auth/errors.ts';
import { marksOf, type Revocable } from './revocation-keys.ts';
import type { TicketStore } from './store.ts';

/**
 * Which JWTs of a session or a subject an end concerns: all of them, or those whose `iat` is missing or not later than
 * this, in seconds since the epoch.
 */
export type EndedUntil = 'all' | number;

/** The stored form of the mark. */
export const encodeEnd = (until: EndedUntil): string => String(until);

/** The later of two ends, the first of them as it is stored. */
export const laterEnd = (stored: string | null, until: EndedUntil): EndedUntil => {
  if (stored === null) return until;
  return stored === 'all' || until === 'all' ? 'all' : Math.max(Number(stored), until);
};

/** Throws `TokenRejected` if one of these marks says that the session of a caller has ended. */
export const rejectIfEnded = (marks: readonly (string | null)[], { issuedAt }: Pick<Caller, 'issuedAt'>): void => {
  if (marks.some((mark) => mark !== null && isEnded(mark, issuedAt)))
    throw new TokenRejected('session_ended', 'its session was ended by a revocation: the user must sign in again');
};

const isEnded = (end: string, issuedAt: number | undefined): boolean =>
  end === 'all' || issuedAt === undefined || Math.floor(issuedAt) <= Number(end);

/** Makes the function that throws `TokenRejected` if the session of a caller has ended, `StoreUnavailable` if unknown. */
export const createEndedSessionCheck =
  (store: Pick<TicketStore, 'marks'>) =>
  async (caller: Pick<Caller, 'issuedAt'>, revocable: Revocable): Promise<void> =>
    rejectIfEnded(await store.marks(marksOf('ended', revocable)), caller);
