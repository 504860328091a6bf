import { hash } from 'node:crypto';
import type { Caller } from '../auth/caller.ts';

type Holder = Pick<Caller, 'issuer' | 'subject' | 'sessionId'>;

/** The key of all that a subject of an issuer does: of one length, and nobody can read from it who that is. */
export const subjectKey = ({ issuer, subject }: Holder): string => digest(['subject', issuer, subject]);

/**
 * The key of one session, or of all that a subject does outside any. Within its subject, so that no other caller can end
 * a session by its id.
 */
export const sessionKey = ({ issuer, subject, sessionId }: Holder): string =>
  digest(['session', issuer, subject, sessionId]);

/** The keys under which a ticket of this caller can be revoked, in the order of its record's `revocationIds`. */
export const revocationKeysOf = (holder: Holder): readonly string[] => [subjectKey(holder), sessionKey(holder)];

// JSON, so that no two lists of parts read alike; what is absent becomes null.
const digest = (parts: readonly (string | undefined)[]): string =>
  hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
