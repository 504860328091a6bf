import type { Caller } from '../auth/caller.ts';
import { TokenRejected } from '../auth/errors.ts';
import { randomText } from '../protocol/random-text.ts';
import { type Revocable, revocationKeysOf } from './revocation-keys.ts';
import type { Mark, TicketStore } from './store.ts';

/**
 * Which JWTs of a session or a subject an end concerns: all of them, or those whose `iat` is missing or not later than
 * this, in seconds since the epoch.
 */
export type EndedUntil = 'all' | number;

const SEPARATOR = '!';
// As many as a UUID has: no two revocations ever have the same id.
const ID_BYTES = 16;

/** The stored form of the mark. */
export const encodeEnd = (until: EndedUntil): string => String(until);

/**
 * A new id of a revocation, which contains the end that came with it. In a cluster both marks are read from two servers:
 * a reader who sees the id knows of the end, whenever it read the other mark.
 */
export const newRevocationId = (until: EndedUntil | undefined): string => {
  const id = randomText(ID_BYTES, 'base64url');
  return until === undefined ? id : `${id}${SEPARATOR}${encodeEnd(until)}`;
};

/** The later of two ends, the first of them as it is stored. */
export const laterEnd = (stored: string | null, until: EndedUntil): EndedUntil => {
  if (stored === null) return until;
  return stored === 'all' || until === 'all' ? 'all' : Math.max(Number(stored), until);
};

/** The marks that say whether the JWTs of a caller still count, and what was revoked: see `readMarks`. */
export const marksOf = (revocable: Revocable): readonly Mark[] => {
  const keys = revocationKeysOf(revocable);
  return (['revocation', 'ended'] as const).flatMap((kind) => keys.map((key) => ({ kind, key })));
};

/**
 * The ids of the last revocations in the values of `marksOf`, in the order of its keys. Throws `TokenRejected` if the
 * session of the caller has ended.
 */
export const revocationIdsIn = (
  values: readonly (string | null)[],
  { issuedAt }: Pick<Caller, 'issuedAt'>,
): readonly (string | null)[] => {
  const ids = values.slice(0, values.length / 2);
  const ends = [...values.slice(ids.length), ...ids.map((id) => id?.split(SEPARATOR)[1] ?? null)];
  if (ends.some((end) => end !== null && isEnded(end, issuedAt)))
    throw new TokenRejected('session_ended', 'its session was ended by a revocation: the user must sign in again');
  return ids;
};

const isEnded = (end: string, issuedAt: number | undefined): boolean =>
  end === 'all' || issuedAt === undefined || Math.floor(issuedAt) <= Number(end);

/** Makes the function that throws `TokenRejected` if the session of a caller has ended, `StoreUnavailable` if unknown. */
export const createEndedSessionCheck =
  (store: Pick<TicketStore, 'marks'>) =>
  async (caller: Caller, revocable: Revocable): Promise<void> =>
    void revocationIdsIn(await store.marks(marksOf(revocable)), caller);
