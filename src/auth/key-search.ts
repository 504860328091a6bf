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

/** The key that verifies a JWT among sources for its algorithm; rejects with `TokenRejected` or `KeysUnavailable` if none does. */
export type FindKey = (read: ReadJwt, sources: readonly KeySource[]) => Promise<KeyObject>;

/** Makes the search for the key of a JWT: it tries the sources in order, each with the keys that the header allows. */
export const createKeySearch = (algorithms: readonly JwtAlgorithm[]): FindKey => {
  const fits = createSignatureCheck(algorithms);

  const findIn = async ({ jwt, header, claims }: ReadJwt, source: KeySource): Promise<KeyObject> => {
    for (const key of await keysOf(source, header, claims)) if (await fits(jwt, header.alg, key)) return key;
    throw new TokenRejected('signature', `${source.explainMisfit(jwt, header.alg)}${issuerNamedBy(claims)}`);
  };

  return async (read, sources) => {
    const known = await knownKeyIn(read, sources);
    if (known !== undefined) return known;
    let refusal: unknown;
    for (const source of sources) {
      try {
        return await findIn(read, source);
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  };
};

/** The known key, if a source still has it: no other key needs a check of the signature then. */
const knownKeyIn = async ({ header, claims, knownKey }: ReadJwt, sources: readonly KeySource[]) => {
  if (knownKey === undefined) return undefined;
  for (const source of sources) {
    const lookup = await source.keysFor(header, () => issuedAtOf(claims));
    const known = lookup.outcome === 'settled' ? keyLike(knownKey, lookup.keys) : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
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
