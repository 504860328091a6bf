import { hash } from 'node:crypto';
import type { Caller } from '../auth/caller.ts';
import { MAX_TTL_SECONDS } from '../config/variables.ts';
import { randomText } from '../protocol/random-text.ts';
import type { TicketStore } from './store.ts';

export type RevokeScope = 'session' | 'subject';

export interface RevokerOptions {
  readonly store: Pick<TicketStore, 'revoke'>;
}

export type RevokeTickets = (caller: Caller, scope: RevokeScope) => Promise<void>;

/**
 * How long a revocation is stored, in milliseconds: longer than any ticket that it voids, by a minute, since the clock of
 * the Redis server with the ticket may step back, and that of the server with the revocation ahead.
 */
const REVOCATION_TTL_MS = (MAX_TTL_SECONDS + 60) * 1000;
// As many as a UUID has: no two revocations ever have the same id.
const ID_BYTES = 16;

/**
 * Makes the function that voids every outstanding ticket of the caller's session or subject, on every instance. It stores
 * an id that no ticket has yet; tickets issued from then on get it. Throws `StoreUnavailable`.
 */
export const createRevoker =
  ({ store }: RevokerOptions): RevokeTickets =>
  async (caller, scope) => {
    const key = scope === 'session' ? sessionKey(caller) : subjectKey(caller);
    await store.revoke(key, randomText(ID_BYTES, 'base64url'), REVOCATION_TTL_MS);
  };

type Holder = Pick<Caller, 'issuer' | 'subject' | 'sessionId'>;

/** The keys under which a ticket of this caller can be revoked, in the order of its record's `revocationIds`. */
export const revocationKeysOf = (holder: Holder): readonly string[] => [subjectKey(holder), sessionKey(holder)];

/** The key of a subject of an issuer: all keys have one length, and none shows whose it is. */
export const subjectKey = ({ issuer, subject }: Holder): string => digest(['subject', issuer, subject]);

/**
 * The key of one session, or of all that a subject does outside any session. It is within its subject, so that no other
 * caller can end a session by its id.
 */
export const sessionKey = ({ issuer, subject, sessionId }: Holder): string =>
  digest(['session', issuer, subject, sessionId]);

// JSON, so that no two lists of parts have the same text; an absent part becomes null.
const digest = (parts: readonly (string | undefined)[]): string =>
  hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
