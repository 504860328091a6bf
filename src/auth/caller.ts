import type { Config } from '../config/variables.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { KeysUnavailable, TokenRejected } from './errors.ts';
import { issuerNamedBy } from './explain.ts';
import { type Claims, joseHeaderReader, unverifiedIssuedAt } from './jose-header.ts';
import type { KeyLookup, KeySource } from './key-source.ts';
import { createVerifier, secondsSince } from './verifier.ts';

/** Who asks for a ticket, as the JWT says. */
export interface Caller {
  /** The JWT's `iss`: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** The JWT's `sid`, by which its issuer ends the session, whatever `JWT_SESSION_CLAIM` is. */
  readonly sid?: string | undefined;
  /** The JWT's `iat`, in seconds since the epoch. */
  readonly issuedAt?: number | undefined;
  /** When the JWT expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A JWT with less to live than this, in milliseconds, gets no ticket. */
export const MIN_TTL_MS = 1000;

/** The caller of a JWT; throws `TokenRejected` if it is not valid, `KeysUnavailable` if its key cannot be fetched now. */
export type Authenticate = (jwt: string) => Promise<Caller>;

/** Makes the function that verifies the header, the signature, the times and the claims of a JWT. */
export const createAuthentication = (settings: Config['jwt'], keys: KeySource): Authenticate => {
  const headerOf = joseHeaderReader(keys.algorithms);
  const verify = createVerifier(settings, keys);
  return async (jwt) => {
    const lookup = await keys.keysFor(headerOf(jwt), () => unverifiedIssuedAt(jwt));
    const claims = await verify(jwt, keysIn(lookup, jwt));
    rejectIssuedAhead(claims, settings.clockToleranceSeconds);
    const caller = callerOf(claims, settings.sessionClaim);
    rejectAboutToExpire(caller);
    return caller;
  };
};

const keysIn = (lookup: KeyLookup, jwt: string) => {
  if (lookup.outcome === 'settled') return lookup.keys;
  const { reason, why } = lookup;
  const detail = reason === 'unknown_key' ? `${why}${issuerNamedBy(jwt)}` : why;
  if (lookup.outcome === 'none') throw new TokenRejected(lookup.reason, detail);
  throw new KeysUnavailable(detail, lookup.retryAfterMs, reason);
};

// Without the tolerance for clocks: no ticket outlives its JWT.
const rejectAboutToExpire = ({ expiresAt }: Caller): void => {
  if (expiresAt - Date.now() < MIN_TTL_MS)
    throw new TokenRejected('expired', 'it is about to expire, or expired within JWT_CLOCK_TOLERANCE_SECONDS');
};

/**
 * Rejects a JWT whose `iat` (RFC 7519, 4.1.6) is ahead of our clock, or is no number: the clock of its issuer is wrong,
 * or its claims are.
 */
export const rejectIssuedAhead = ({ iat }: Claims, toleranceSeconds: number): void => {
  if (iat === undefined) return;
  if (typeof iat !== 'number') throw new TokenRejected('claims', 'its iat is not a number');
  if (iat > Date.now() / 1000 + toleranceSeconds)
    throw new TokenRejected('not_yet_valid', `its iat is ${-secondsSince(iat)} s ahead of the clock of ticketd`);
};

/** Reads the caller from the claims of a verified JWT; throws `TokenRejected` if `sub` or `exp` is missing. */
export const callerOf = (claims: Claims, sessionClaim: string): Caller => ({
  issuer: issuerOf(claims),
  subject: subjectOf(claims),
  sessionId: sessionOf(claims, sessionClaim),
  sid: isName(claims.sid) ? claims.sid : undefined,
  issuedAt: typeof claims.iat === 'number' ? claims.iat : undefined,
  expiresAt: expiryOf(claims),
});

// RFC 7519, section 4.1.1. Dropping it would mix its subjects with those of no issuer.
const issuerOf = (claims: Claims): string | undefined => {
  const issuer = claims.iss ?? undefined;
  if (issuer === undefined || isName(issuer)) return issuer;
  throw new TokenRejected('claims', 'iss must be a string of 1 to 1,024 characters');
};

const subjectOf = ({ sub }: Claims): string => {
  if (!isName(sub)) throw new TokenRejected('claims', 'sub must be a string of 1 to 1,024 characters');
  return sub;
};

const sessionOf = (claims: Claims, sessionClaim: string): string | undefined => {
  const session = claims[sessionClaim] ?? claims.sid ?? undefined;
  if (session === undefined || isName(session)) return session;
  // Dropping it would let the ticket escape when the session is revoked.
  throw new TokenRejected('claims', 'the session claim must be a string of 1 to 1,024 characters');
};

// The last instant that a Date can represent, in seconds (ECMA-262, 21.4.1.1).
const MAX_SECONDS = 8_640_000_000_000;

const expiryOf = ({ exp }: Claims): number => {
  if (typeof exp !== 'number' || !(exp <= MAX_SECONDS))
    throw new TokenRejected('claims', 'exp must be there, as seconds since the epoch');
  return exp * 1000;
};

const isName = (value: unknown): value is string => isText(value, MAX_NAME_CHARACTERS);
