import { hash } from 'node:crypto';
import { TokenRejected } from '../auth/errors.ts';
import { type LogoutToken, MAX_LOGOUT_TOKEN_AGE_SECONDS } from '../auth/logout-token.ts';
import { providerSessionKey, providerSubjectKey, subjectKey } from './revocation-keys.ts';
import type { Revocation } from './revoke.ts';

/** Remembers which logout tokens were used, on all instances together. Both throw `StoreUnavailable`. */
export interface UsedLogoutTokens {
  isUsed(key: string): Promise<boolean>;
  markUsed(key: string, ttlMs: number): Promise<void>;
}

export interface ProviderLogoutOptions {
  readonly usedTokens: UsedLogoutTokens;
  /** Ends the session of a token, or all sessions of its subject; throws `StoreUnavailable` if that is not stored. */
  readonly endSessions: LogOut;
}

export type LogOut = (token: LogoutToken) => Promise<void>;

/**
 * How long a used token is remembered, in milliseconds: longer than it is accepted, by the largest clock tolerance and by a
 * minute, since clocks differ.
 */
const REMEMBERED_MS = (MAX_LOGOUT_TOKEN_AGE_SECONDS + 300 + 60) * 1000;

/**
 * Makes the function that does what a logout token says, once. It remembers the token only after its revocation is stored,
 * so that the identity provider can send it again after a failure. Throws `TokenRejected` for a used token, and
 * `StoreUnavailable`.
 */
export const createProviderLogout =
  ({ usedTokens, endSessions }: ProviderLogoutOptions): LogOut =>
  async (token) => {
    const key = usedTokenKey(token);
    if (await usedTokens.isUsed(key)) throw new TokenRejected('claims', 'its jti was used before');
    await endSessions(token);
    await usedTokens.markUsed(key, REMEMBERED_MS);
  };

/**
 * What a logout token revokes: with a `sid` that session alone, else all sessions of its subject. `subjectClaim` is where the
 * subjects of tickets come from.
 *
 * Only JWTs are compared with the `iat` of the token. One without `sid` that arrives late also voids the tickets, and closes the
 * sockets, of logins after it.
 */
export const revocationBy = (token: LogoutToken, subjectClaim: string): Revocation => {
  const { issuer, subject = '', sessionId, issuedAt } = token;
  if (sessionId !== undefined) return { keys: [providerSessionKey(issuer, sessionId)], endedUntil: 'all' };
  const key = subjectClaim === 'sub' ? subjectKey({ issuer, subject }) : providerSubjectKey(issuer, subject);
  return { keys: [key], endedUntil: issuedAt };
};

// A jti is unique within its issuer only, and may be of any length.
const usedTokenKey = ({ issuer, tokenId }: LogoutToken): string =>
  hash('sha256', JSON.stringify(['logout token', issuer, tokenId]), 'base64url').slice(0, 22);
