import type { Config } from '../config/variables.ts';
import { TokenRejected } from './errors.ts';
import { explainAudience, explainClient, explainIssuer } from './explain.ts';
import type { Claims } from './jwt-parts.ts';

/** Throws `TokenRejected` if a JWT with these claims is not for ticketd, or not now; `issuers` may have issued it. */
export type CheckClaims = (claims: Claims, issuers: readonly string[] | undefined) => void;

/**
 * Makes the checks of the claims of a verified JWT. `exp`, `nbf`, `aud` and `iss` are checked as jsonwebtoken does, which
 * verifies no claims here: a JWT with an algorithm that it does not have, and one that was verified before, get the same
 * checks.
 */
export const createClaimChecks = ({ audience, clientId, clockToleranceSeconds }: Config['jwt']): CheckClaims => {
  return (claims, issuers) => {
    rejectAtOtherTime(claims, clockToleranceSeconds);
    if (audience !== undefined) requireAudience(claims, audience);
    if (issuers !== undefined) requireIssuer(claims, issuers);
    if (clientId !== undefined) requireClient(claims, clientId);
    rejectOtherPurpose(claims);
  };
};

/** Throws `TokenRejected` if a JWT is not valid now, by its `nbf`, `exp` and `iat`. */
export const rejectAtOtherTime = (claims: Claims, toleranceSeconds: number): void => {
  rejectEarly(claims, toleranceSeconds);
  rejectExpired(claims, toleranceSeconds);
  rejectIssuedAhead(claims, toleranceSeconds);
};

/** Seconds since a time in a claim, negative if it is in the future. */
export const secondsSince = (time: number): number => Math.round(Date.now() / 1000 - time);

const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

// RFC 7519, 4.1.5.
const rejectEarly = ({ nbf }: Claims, toleranceSeconds: number): void => {
  if (nbf === undefined) return;
  if (typeof nbf !== 'number') throw new TokenRejected('claims', 'its nbf is not a number');
  if (nbf > nowInSeconds() + toleranceSeconds)
    throw new TokenRejected('not_yet_valid', `its nbf is ${-secondsSince(nbf)} s ahead of the clock of ticketd`);
};

// RFC 7519, 4.1.4.
const rejectExpired = ({ exp }: Claims, toleranceSeconds: number): void => {
  if (exp === undefined) return;
  if (typeof exp !== 'number') throw new TokenRejected('claims', 'its exp is not a number');
  if (nowInSeconds() >= exp + toleranceSeconds)
    throw new TokenRejected('expired', `it expired ${secondsSince(exp)} s ago by the clock of ticketd`);
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

const isOneOf = (value: unknown, expected: readonly string[]): boolean => expected.some((one) => one === value);

const requireAudience = (claims: Claims, expected: readonly string[]): void => {
  const found: readonly unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!found.some((one) => isOneOf(one, expected)))
    throw new TokenRejected('audience', explainAudience(expected, claims));
};

/** Throws `TokenRejected` if another issuer than these has issued a JWT. */
export const requireIssuer = (claims: Claims, expected: readonly string[]): void => {
  if (!isOneOf(claims.iss, expected)) throw new TokenRejected('issuer', explainIssuer('JWT_ISSUER', expected, claims));
};

// RFC 9068, 2.2, and OpenID Connect Core 1.0, 2.
const requireClient = (claims: Claims, expected: readonly string[]): void => {
  if (![claims.client_id, claims.azp].some((one) => isOneOf(one, expected)))
    throw new TokenRejected('client', explainClient(expected, claims));
};

const rejectOtherPurpose = ({ cnf, events }: Claims): void => {
  // RFC 7800: it is for the holder of another key only, which ticketd does not ask for.
  if (cnf !== undefined)
    throw new TokenRejected('claims', 'it has cnf: it is bound to a key (DPoP or mTLS), which ticketd cannot check');
  // OpenID Connect Back-Channel Logout 1.0, 2.4, and RFC 8417.
  if (events !== undefined)
    throw new TokenRejected('type', 'it has events: it is a logout token or a security event, not an access token');
};
