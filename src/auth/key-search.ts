import type { KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { KeysUnavailable, TokenRejected } from './errors.ts';
import { issuerNamedBy } from './explain.ts';
import { type Claims, issuedAtOf, type JoseHeader } from './jwt-parts.ts';
import type { KeySource } from './key-source.ts';
import { createSignatureCheck } from './signature.ts';

/** A JWT whose signature may not be verified yet. */
export interface ReadJwt {
  readonly jwt: string;
  readonly header: JoseHeader;
  readonly claims: Claims;
  /** The key that its signature fits, if that is known. */
  readonly knownKey: KeyObject | undefined;
}

/** The key that verifies a JWT; rejects with `TokenRejected` or `KeysUnavailable` if no key of the sources does. */
export type FindKey = (read: ReadJwt, sources: readonly KeySource[]) => Promise<KeyObject>;

/** Makes the search for the key of a JWT: it tries the sources in order, each with the keys that the header allows. */
export const createKeySearch = (algorithms: readonly JwtAlgorithm[]): FindKey => {
  const fits = createSignatureCheck(algorithms);

  const findIn = async ({ jwt, header, claims, knownKey }: ReadJwt, source: KeySource): Promise<KeyObject> => {
    const keys = await keysOf(source, header, claims);
    const known = knownKey && keyLike(knownKey, keys);
    if (known !== undefined) return known;
    for (const key of keys) if (await fits(jwt, header.alg, key)) return key;
    throw new TokenRejected('signature', `${source.explainMisfit(jwt, header.alg)}${issuerNamedBy(claims)}`);
  };

  return async (read, sources) => {
    const { alg } = read.header;
    let refusal: unknown = new TokenRejected('algorithm', `no key for its issuer is for its alg, ${alg}`);
    for (const source of sources.filter((one) => one.algorithms.includes(alg))) {
      try {
        return await findIn(read, source);
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  };
};

// A key set that was fetched again has new objects for the same keys.
const keyLike = (known: KeyObject, keys: readonly KeyObject[]): KeyObject | undefined =>
  keys.find((key) => key === known) ?? keys.find((key) => key.equals(known));

const keysOf = async (source: KeySource, header: JoseHeader, claims: Claims): Promise<readonly KeyObject[]> => {
  const lookup = await source.keysFor(header, () => issuedAtOf(claims));
  if (lookup.outcome === 'settled') return lookup.keys;
  const { reason, why } = lookup;
  const detail = reason === 'unknown_key' ? `${why}${issuerNamedBy(claims)}` : why;
  if (lookup.outcome === 'none') throw new TokenRejected(lookup.reason, detail);
  throw new KeysUnavailable(detail, lookup.retryAfterMs, reason);
};
