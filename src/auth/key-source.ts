import type { KeyObject } from 'node:crypto';
import { algorithmsFor, algorithmsOf, type JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { secretKeysOf } from '../config/jwt-secrets.ts';
import type { Config } from '../config/variables.ts';
import { misfitExplainer } from './explain.ts';
import type { JoseHeader } from './jwt-parts.ts';

/** What a key source knows about the signing key of a JWT. */
export type KeyLookup =
  /** The keys that may have signed it, mostly one. */
  | { readonly outcome: 'settled'; readonly keys: readonly KeyObject[] }
  /** No key can have signed it; `why` is for the log. */
  | { readonly outcome: 'none'; readonly reason: 'unknown_key' | 'algorithm'; readonly why: string }
  /** The key may exist, but ticketd cannot fetch it before `retryAfterMs` milliseconds have passed. */
  | {
      readonly outcome: 'unavailable';
      readonly why: string;
      readonly retryAfterMs: number;
      /** Set where the JWT is the reason, not the age of all keys. */
      readonly reason?: 'unknown_key';
    };

/** Where the keys come from that verify JWTs. */
export interface KeySource {
  /** The algorithms that a JWT may be signed with. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** Looks up the keys of a JWT with this header; `issuedAt` reads its unverified `iat`, in seconds. Never rejects. */
  keysFor(header: JoseHeader, issuedAt: () => number | undefined): Promise<KeyLookup>;
  /** Why none of those keys fits the signature of a JWT, for the log. */
  explainMisfit(jwt: string, alg: JwtAlgorithm): string;
}

/** The keys of `JWT_SECRET` and `JWT_PUBLIC_KEY`; `undefined` if neither is set. */
export const configuredKeys = (settings: Config['jwt']): KeySource | undefined => {
  const keys = [...secretKeysOf(settings), ...(settings.publicKeys ?? [])];
  if (keys.length === 0) return undefined;
  const { algorithms = algorithmsOf(keys) } = settings;
  return fixedKeys(keys, algorithms, misfitExplainer(settings));
};

/** Fixed keys: any of them may have signed whose kind fits the algorithm. */
export const fixedKeys = (
  keys: readonly KeyObject[],
  allowed: readonly JwtAlgorithm[],
  explainMisfit: KeySource['explainMisfit'] = () => 'no key fits its signature',
): KeySource => {
  const fitting = (alg: JwtAlgorithm) => keys.filter((key) => algorithmsFor(key).includes(alg));
  const keysByAlgorithm = new Map(allowed.map((alg) => [alg, fitting(alg)]));
  const algorithms = allowed.filter((alg) => keysByAlgorithm.get(alg)?.length);
  return { algorithms, keysFor: async ({ alg }) => lookupOf(keysByAlgorithm.get(alg) ?? [], alg), explainMisfit };
};

const lookupOf = (keys: readonly KeyObject[], alg: JwtAlgorithm): KeyLookup =>
  keys.length > 0
    ? { outcome: 'settled', keys }
    : { outcome: 'none', reason: 'algorithm', why: `no key is for its alg, ${alg}` };
