import { acceptedFor, type LogoutAudience } from '../config/logout-audience.ts';
import type { Config } from '../config/variables.ts';
import { isJsonObject } from '../protocol/json.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { rejectAtOtherTime, requireIssuer, secondsSince } from './claim-checks.ts';
import { TokenRejected } from './errors.ts';
import { shown } from './explain.ts';
import { type Claims, claimsIn, joseHeaderReader, type TokenTypes } from './jwt-parts.ts';
import { createKeySearch } from './key-search.ts';
import type { TrustedKeys } from './trusted-keys.ts';

/** What an identity provider says has ended: a session, or all sessions of a subject. It has one of the two at least. */
export interface LogoutToken {
  readonly issuer: string;
  readonly subject: string | undefined;
  /** The `sid` of the issuer, whatever claim `JWT_SESSION_CLAIM` names. */
  readonly sessionId: string | undefined;
  /** The `jti`, unique within its issuer. */
  readonly tokenId: string;
  /** Seconds since the epoch, by the clock of the issuer. */
  readonly issuedAt: number;
}

/** Reads a logout token; throws `TokenRejected` if it is not valid, `KeysUnavailable` if its key cannot be fetched now. */
export type VerifyLogoutToken = (jwt: string) => Promise<LogoutToken>;

/** The oldest logout token that is accepted, in seconds. */
export const MAX_LOGOUT_TOKEN_AGE_SECONDS = 300;

// OpenID Connect Back-Channel Logout 1.0, section 2.4: providers from before the type was registered use that of any JWT.
const LOGOUT_TOKEN: TokenTypes = new Set(['logout+jwt', 'jwt']);
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Makes the function that verifies logout tokens by every rule of OpenID Connect Back-Channel Logout 1.0, section 2.6,
 * except that it does not know which `jti` were used before.
 */
export const createLogoutTokenVerifier = (
  settings: Pick<Config['jwt'], 'clockToleranceSeconds'>,
  audiences: readonly LogoutAudience[],
  keys: TrustedKeys,
): VerifyLogoutToken => {
  const headerOf = joseHeaderReader(keys.algorithms, { types: LOGOUT_TOKEN });
  const findKey = createKeySearch(keys.algorithms);
  return async (jwt) => {
    const header = headerOf(jwt);
    const claims = claimsIn(jwt);
    const { sources, issuers = [] } = keys.trustFor(header.alg, claims);
    await findKey({ jwt, header, claims, knownKey: undefined }, sources);
    rejectAtOtherTime(claims, settings.clockToleranceSeconds);
    requireIssuer(claims, issuers);
    return logoutTokenOf(claims, audiences);
  };
};

const logoutTokenOf = (claims: Claims, audiences: readonly LogoutAudience[]): LogoutToken => {
  rejectOtherEvents(claims);
  // Section 2.4: with it, a logout token could pass for an ID token.
  if (claims.nonce !== undefined) throw new TokenRejected('claims', 'it has a nonce');
  const issuer = requiredName(claims, 'iss');
  rejectOtherAudience(claims, issuer, audiences);
  const [subject, sessionId] = [nameIn(claims, 'sub'), nameIn(claims, 'sid')];
  if (subject === undefined && sessionId === undefined) throw new TokenRejected('claims', 'it has neither sub nor sid');
  return { issuer, subject, sessionId, tokenId: requiredName(claims, 'jti'), issuedAt: recentIssuedAt(claims) };
};

const rejectOtherEvents = ({ events }: Claims): void => {
  if (isJsonObject(events) && isJsonObject(events[EVENT])) return;
  throw new TokenRejected('type', 'its events do not have the object of a back-channel logout');
};

const rejectOtherAudience = ({ aud }: Claims, issuer: string, audiences: readonly LogoutAudience[]): void => {
  const found: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (found.some((clientId) => audiences.some((audience) => acceptedFor(audience, issuer, clientId)))) return;
  throw new TokenRejected('audience', `its aud is not in BACKCHANNEL_LOGOUT_AUDIENCE: found ${shown(aud)}`);
};

const requiredName = (claims: Claims, name: 'iss' | 'jti'): string => {
  const value = nameIn(claims, name);
  if (value === undefined) throw new TokenRejected('claims', `it has no ${name}`);
  return value;
};

const nameIn = (claims: Claims, name: 'iss' | 'jti' | 'sub' | 'sid'): string | undefined => {
  const value = claims[name] ?? undefined;
  if (value === undefined || isText(value, MAX_NAME_CHARACTERS)) return value;
  throw new TokenRejected('claims', `${name} must be a string of 1 to 1,024 characters`);
};

// That it is a number, and not ahead of the clock, is checked before.
const recentIssuedAt = ({ iat }: Claims): number => {
  if (typeof iat !== 'number') throw new TokenRejected('claims', 'it has no iat');
  const age = secondsSince(iat);
  if (age > MAX_LOGOUT_TOKEN_AGE_SECONDS)
    throw new TokenRejected(
      'expired',
      `it was issued ${age} s ago by the clock of ticketd, more than the ${MAX_LOGOUT_TOKEN_AGE_SECONDS} s allowed`,
    );
  return iat;
};
