import type { Config } from '../config/variables.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { createClaimChecks } from './claim-checks.ts';
import { TokenRejected } from './errors.ts';
import { type Claims, claimsIn, issuedAtOf, joseHeaderReader } from './jwt-parts.ts';
import { createKeySearch } from './key-search.ts';
import { subjectOf } from './subject.ts';
import { type TicketClaims, ticketClaimsOf } from './ticket-claims.ts';
import type { TrustedKeys } from './trusted-keys.ts';
import { createVerifiedJwts, digestOf, type VerifiedJwt, type VerifiedJwts } from './verified-jwts.ts';

/** Who asks for a ticket, as the JWT says. */
export interface Caller {
  /** The JWT's `iss`: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** Those that `TICKET_CLAIMS` names, if the JWT has any of them. */
  readonly claims?: TicketClaims | undefined;
  /** The JWT's `sid`, by which its issuer ends the session, whatever `JWT_SESSION_CLAIM` is. */
  readonly sid?: string | undefined;
  /** The JWT's `sub`, by which its issuer ends all sessions, if `JWT_SUBJECT_CLAIM` is another claim. */
  readonly sub?: string | undefined;
  /** The JWT's `iat`, in seconds since the epoch. */
  readonly issuedAt?: number | undefined;
  /** When the JWT expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A JWT with less to live than this, in milliseconds, gets no ticket. */
export const MIN_TTL_MS = 1000;

/** The caller of a JWT; throws `TokenRejected` if it is not valid, `KeysUnavailable` if its key cannot be fetched now. */
export type Authenticate = (jwt: string) => Promise<Caller>;

/**
 * Makes the function that verifies the header, the signature, the times and the claims of a JWT. Of a JWT that it has
 * accepted before it checks all but the signature again, as long as the key that fits it is trusted.
 */
export const createAuthentication = (
  settings: Config['jwt'],
  keys: TrustedKeys,
  ticketClaims: readonly string[] = [],
  verified: VerifiedJwts = createVerifiedJwts(),
): Authenticate => {
  const headerOf = joseHeaderReader(keys.algorithms, { required: settings.type });
  const findKey = createKeySearch(keys.algorithms);
  const checkClaims = createClaimChecks(settings);
  const names = { ...settings, ticketClaims };

  const check = async (jwt: string, digest: string, known: VerifiedJwt | undefined): Promise<Caller> => {
    const header = known?.header ?? headerOf(jwt);
    const claims = known?.claims ?? claimsIn(jwt);
    const { sources, issuers } = keys.trustFor(header.alg, claims);
    const key = await findKey({ jwt, header, claims, knownKey: known?.key }, sources);
    checkClaims(claims, issuers);
    const caller = callerOf(claims, names, jwt);
    rejectAboutToExpire(caller);
    if (key !== known?.key) verified.add(digest, { header, claims, key, characters: jwt.length });
    return caller;
  };

  return async (jwt) => {
    const digest = digestOf(jwt);
    const known = verified.find(digest);
    try {
      return await check(jwt, digest, known);
    } catch (error) {
      if (known !== undefined) verified.remove(digest);
      throw error;
    }
  };
};

// Without the tolerance for clocks: no ticket outlives its JWT.
const rejectAboutToExpire = ({ expiresAt }: Caller): void => {
  if (expiresAt - Date.now() < MIN_TTL_MS)
    throw new TokenRejected('expired', 'it is about to expire, or expired within JWT_CLOCK_TOLERANCE_SECONDS');
};

type ClaimNames = Pick<Config['jwt'], 'subjectClaim' | 'sessionClaim'> & { readonly ticketClaims: readonly string[] };

/** Reads the caller from the claims of a verified JWT; throws `TokenRejected` if the subject or `exp` is missing. */
export const callerOf = (
  claims: Claims,
  { subjectClaim, sessionClaim, ticketClaims }: ClaimNames,
  jwt: string,
): Caller => ({
  issuer: issuerOf(claims),
  subject: subjectOf(claims, subjectClaim, jwt),
  sessionId: sessionOf(claims, sessionClaim),
  claims: ticketClaimsOf(claims, ticketClaims),
  sid: isName(claims.sid) ? claims.sid : undefined,
  sub: subjectClaim !== 'sub' && isName(claims.sub) ? claims.sub : undefined,
  issuedAt: issuedAtOf(claims),
  expiresAt: expiryOf(claims),
});

// RFC 7519, section 4.1.1. Dropping it would mix its subjects with those of no issuer.
const issuerOf = (claims: Claims): string | undefined => {
  const issuer = claims.iss ?? undefined;
  if (issuer === undefined || isName(issuer)) return issuer;
  throw new TokenRejected('claims', 'iss must be a string of 1 to 1,024 characters');
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
