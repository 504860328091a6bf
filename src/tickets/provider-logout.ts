import { hash } from 'node:crypto';
import { TokenRejected } from '../auth/errors.ts';
import { type LogoutToken, MAX_LOGOUT_TOKEN_AGE_SECONDS } from '../auth/logout-token.ts';
import { MAX_CLOCK_TOLERANCE_SECONDS } from '../config/jwt-variables.ts';
import { providerSessionKey, providerSubjectKey, subjectKey } from './revocation-keys.ts';
import type { Revocation, Revoke } from './revoke.ts';
import type { Mark, TicketStore } from './store.ts';

export interface ProviderLogoutOptions {
  /** Remembers which logout tokens were used, on all instances together. */
  readonly store: Pick<TicketStore, 'mark' | 'marks'>;
  readonly revoke: Revoke;
  /** The claim that the subjects of tickets come from. */
  readonly subjectClaim: string;
}

export type ProviderLogout = (token: LogoutToken) => Promise<void>;

/**
 * How long a used token is remembered, in milliseconds: longer than it is accepted, by the largest clock tolerance and by a
 * minute, since clocks differ.
 */
const REMEMBERED_MS = (MAX_LOGOUT_TOKEN_AGE_SECONDS + MAX_CLOCK_TOLERANCE_SECONDS + 60) * 1000;

/**
 * Makes the function that does what a logout token says, once. It remembers the token only after its revocation is stored,
 * so that the identity provider can send it again after a failure. Throws `TokenRejected` for a used token, and
 * `StoreUnavailable`.
 */
export const createProviderLogout =
  ({ store, revoke, subjectClaim }: ProviderLogoutOptions): ProviderLogout =>
  async (token) => {
    const mark = usedMark(token);
    const [used = null] = await store.marks([mark]);
    if (used !== null) throw new TokenRejected('claims', 'its jti was used before');
    await revoke(revocationBy(token, subjectClaim));
    await store.mark(mark, 'used', REMEMBERED_MS);
  };

/**
 * What a logout token revokes: with a `sid` that session alone, else all sessions of its subject. `subjectClaim` is where the
 * subjects of tickets come from.
 *
 * Only JWTs are compared with the `iat` of the token. One without `sid` that arrives late also voids the tickets, and closes the
 * sockets, of logins after it.
 */
const revocationBy = (token: LogoutToken, subjectClaim: string): Revocation => {
  const { issuer, subject = '', sessionId, issuedAt } = token;
  if (sessionId !== undefined) return { keys: [providerSessionKey(issuer, sessionId)], endedUntil: 'all' };
  const key = subjectClaim === 'sub' ? subjectKey({ issuer, subject }) : providerSubjectKey(issuer, subject);
  return { keys: [key], endedUntil: issuedAt };
};

// A jti is unique within its issuer only, and may be of any length.
const usedMark = ({ issuer, tokenId }: LogoutToken): Mark => ({
  kind: 'logoutToken',
  key: hash('sha256', JSON.stringify(['logout token', issuer, tokenId]), 'base64url').slice(0, 22),
});
