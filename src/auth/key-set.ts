import { createPublicKey, type KeyObject } from 'node:crypto';
import { algorithmsFor, type JwtAlgorithm } from '../config/jwt-keys.ts';
import { shown } from './explain.ts';
import type { JoseHeader } from './jose-header.ts';
import type { KeyLookup } from './key-source.ts';

/** A key of a published set, made once. */
interface PublishedKey {
  readonly kid: string | undefined;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly key: KeyObject;
}

/** The usable keys of a set, the number of the others, and the ids of all. */
export interface KeySet {
  readonly keys: readonly PublishedKey[];
  readonly unusable: number;
  readonly ids: ReadonlySet<unknown>;
}

export const NO_KEYS: KeySet = { keys: [], unusable: 0, ids: new Set() };

type Jwk = Readonly<Record<string, unknown>>;

/** Reads a JWK Set (RFC 7517, 5); throws if it is none, or has no key that can verify a JWT. */
export const keySetOf = (text: string): KeySet => {
  const { keys } = objectOf(parse(text));
  if (!Array.isArray(keys)) throw invalid('the response is not a JWK Set');
  const published = keys.map(objectOf);
  const usable = published.flatMap((jwk) => publishedKey(jwk) ?? []);
  if (usable.length === 0)
    throw invalid('the JWK Set has no key that ticketd accepts: RSA from 2048 bits on, EC P-256');
  return { keys: usable, unusable: keys.length - usable.length, ids: new Set(published.map(({ kid }) => kid)) };
};

/** Looks up the keys of the set that may have signed a JWT with this header. */
export const lookUpKeys = (set: KeySet, header: JoseHeader): KeyLookup => {
  const named = keysNamedBy(header, set.keys);
  const keys = named.filter(({ algorithms }) => algorithms.includes(header.alg)).map(({ key }) => key);
  if (keys.length > 0) return { outcome: 'settled', keys };
  return named.length > 0
    ? { outcome: 'none', reason: 'algorithm', why: `the key of its header is not for its alg, ${header.alg}` }
    : { outcome: 'none', reason: 'unknown_key', why: explainUnknown(header, set) };
};

// ticketd does not try keys out: the header has to name one.
const keysNamedBy = ({ kid }: JoseHeader, keys: readonly PublishedKey[]): readonly PublishedKey[] =>
  kid === undefined && keys.length === 1 ? keys : keys.filter((key) => kid !== undefined && key.kid === kid);

const explainUnknown = ({ kid }: JoseHeader, set: KeySet): string => {
  const published = shown(set.keys.map((key) => key.kid ?? '(no kid)'));
  if (kid === undefined) return `it has no kid, and the key set has ${published}`;
  return hasKid(set, kid)
    ? `ticketd cannot use the key with its kid ${shown(kid)}; it can use ${published}`
    : `its kid ${shown(kid)} is not in the key set, which has ${published}`;
};

/** Whether a key with this id is published, usable or not. */
export const hasKid = ({ ids }: KeySet, kid: string): boolean => ids.has(kid);

/** The ids of the keys, for the log: they show which keys a set has, and whether two sets have the same. */
export const kidsOf = ({ keys }: KeySet): string => keys.map(({ kid }) => kid ?? '(no kid)').join(', ');

const publishedKey = (jwk: Jwk): PublishedKey | undefined => {
  const { kid, alg } = jwk;
  if (!isForVerifying(jwk) || !isStringOrAbsent(kid)) return undefined;
  const key = publicKeyOf(jwk);
  const able = key === undefined ? [] : algorithmsFor(key);
  // RFC 7517, 4.4: a key that names an algorithm is for no other.
  const algorithms = able.filter((algorithm) => alg === undefined || alg === algorithm);
  return key === undefined || algorithms.length === 0 ? undefined : { kid, algorithms, key };
};

// A key published with its private part is no longer secret: `d` is that part in RSA and EC keys alike (RFC 7518, 6).
const isForVerifying = ({ kty, use, key_ops: operations, d }: Jwk): boolean =>
  (kty === 'RSA' || kty === 'EC') &&
  (use === undefined || use === 'sig') &&
  (operations === undefined || (Array.isArray(operations) && operations.includes('verify'))) &&
  d === undefined;

const isStringOrAbsent = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';

const publicKeyOf = (jwk: Jwk): KeyObject | undefined => {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
};

const objectOf = (value: unknown): Jwk => (typeof value === 'object' && value !== null ? { ...value } : {});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The message of the parser quotes the text.
    throw invalid('the response is not JSON');
  }
};

const invalid = (message: string): Error => Object.assign(new Error(message), { code: 'JWKS_INVALID' });
