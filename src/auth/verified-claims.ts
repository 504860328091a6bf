import type { Config } from '../config/variables.ts';
import { KeysUnavailable, TokenRejected } from './errors.ts';
import { issuerNamedBy } from './explain.ts';
import { type Claims, joseHeaderReader, type TokenTypes, unverifiedIssuedAt } from './jose-header.ts';
import type { KeyLookup, KeySource } from './key-source.ts';
import { createVerifier, secondsSince } from './verifier.ts';

/** The claims of a JWT; throws `TokenRejected` if it is not genuine, `KeysUnavailable` if its key cannot be fetched now. */
export type ReadClaims = (jwt: string) => Promise<Claims>;

/**
 * Makes the function that verifies the header, the signature, the times, the issuer and the audience of a JWT of one kind,
 * by default of access tokens.
 */
export const createClaimsReader = (settings: Config['jwt'], keys: KeySource, types?: TokenTypes): ReadClaims => {
  const headerOf = joseHeaderReader(keys.algorithms, types);
  const verify = createVerifier(settings, keys);
  return async (jwt) => {
    const lookup = await keys.keysFor(headerOf(jwt), () => unverifiedIssuedAt(jwt));
    const claims = await verify(jwt, keysIn(lookup, jwt));
    rejectIssuedAhead(claims, settings.clockToleranceSeconds);
    return claims;
  };
};

const keysIn = (lookup: KeyLookup, jwt: string) => {
  if (lookup.outcome === 'settled') return lookup.keys;
  const { reason, why } = lookup;
  const detail = reason === 'unknown_key' ? `${why}${issuerNamedBy(jwt)}` : why;
  if (lookup.outcome === 'none') throw new TokenRejected(lookup.reason, detail);
  throw new KeysUnavailable(detail, lookup.retryAfterMs, reason);
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
