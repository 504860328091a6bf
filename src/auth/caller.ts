import type { Config } from '../config/variables.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { TokenRejected } from './errors.ts';
import type { Claims } from './jose-header.ts';
import type { KeySource } from './key-source.ts';
import { createClaimsReader } from './verified-claims.ts';

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
  const claimsIn = createClaimsReader(settings, keys);
  return async (jwt) => {
    const caller = callerOf(await claimsIn(jwt), settings.sessionClaim);
    rejectAboutToExpire(caller);
    return caller;
  };
};

// Without the tolerance for clocks: no ticket outlives its JWT.
const rejectAboutToExpire = ({ expiresAt }: Caller): void => {
  if (expiresAt - Date.now() < MIN_TTL_MS)
    throw new TokenRejected('expired', 'it is about to expire, or expired within JWT_CLOCK_TOLERANCE_SECONDS');
};

/**
 * Reads the caller from the claims of a verified JWT; throws `TokenRejected` if `sub` or `exp` is missing, or if it is a
 * token of another kind.
 */
export const callerOf = (claims: Claims, sessionClaim: string): Caller => {
  rejectEvents(claims);
  return {
    issuer: issuerOf(claims),
    subject: subjectOf(claims),
    sessionId: sessionOf(claims, sessionClaim),
    sid: isName(claims.sid) ? claims.sid : undefined,
    issuedAt: typeof claims.iat === 'number' ? claims.iat : undefined,
    expiresAt: expiryOf(claims),
  };
};

// RFC 8417, section 2.2: only security event tokens have the claim. A logout token may have the header of any other JWT.
const rejectEvents = ({ events }: Claims): void => {
  if (events !== undefined) throw new TokenRejected('type', 'it has the claim events, as a logout token');
};

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
