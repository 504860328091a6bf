import { createPublicKey, type KeyObject } from 'node:crypto';
import { ACCEPTED_KEYS, algorithmsFor, type JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { codedError } from '../protocol/coded-error.ts';
import { shown } from './explain.ts';
import type { JoseHeader } from './jwt-parts.ts';
import type { KeyLookup } from './key-source.ts';

/** A key of a published set, made once. */
interface PublishedKey {
  readonly kid: string | undefined;
  /** `x5t#S256` and `x5t` of the key, where it has them. */
  readonly thumbprints: readonly unknown[];
  readonly algorithms: readonly JwtAlgorithm[];
  readonly key: KeyObject;
}

/** The usable keys of a set, the number of the others, and the ids and thumbprints of all. */
export interface KeySet {
  readonly keys: readonly PublishedKey[];
  readonly unusable: number;
  readonly ids: ReadonlySet<unknown>;
  readonly thumbprints: ReadonlySet<unknown>;
}

export const NO_KEYS: KeySet = { keys: [], unusable: 0, ids: new Set(), thumbprints: new Set() };

const NO_LIST = ': it has no list "keys"';
const METADATA = ' but the metadata of an issuer: set JWT_JWKS_URL to its jwks_uri, or JWT_ISSUERS to its issuer';

type Jwk = Readonly<Record<string, unknown>>;

/** Reads a JWK Set (RFC 7517, 5); throws if it is none, or has no key that can verify a JWT. */
export const keySetOf = (text: string): KeySet => {
  const { keys, jwks_uri: jwksUri } = objectOf(parse(text));
  if (!Array.isArray(keys)) throw invalid(`the response is not a JWK Set${jwksUri === undefined ? NO_LIST : METADATA}`);
  const published = keys.map(objectOf);
  const usable = published.flatMap((jwk) => publishedKey(jwk) ?? []);
  if (usable.length === 0)
    throw invalid(`the JWK Set has no key that ticketd accepts (${ACCEPTED_KEYS}); it has ${kindsOf(published)}`);
  return {
    keys: usable,
    unusable: keys.length - usable.length,
    ids: new Set(published.map(({ kid }) => kid)),
    thumbprints: new Set(published.flatMap(thumbprintsOf)),
  };
};

// What a key is for, as far as it says: an algorithm that ticketd does not know, mostly.
const kindsOf = (keys: readonly Jwk[]): string =>
  shown([
    ...new Set(keys.map(({ use, alg, crv, kty }) => String(use === 'enc' ? use : (alg ?? crv ?? kty ?? 'unknown')))),
  ]);

const thumbprintsOf = ({ x5t, 'x5t#S256': x5tS256 }: Jwk): readonly unknown[] =>
  [x5tS256, x5t].filter((thumbprint) => thumbprint !== undefined);

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
const keysNamedBy = ({ kid, thumbprints = [] }: JoseHeader, keys: readonly PublishedKey[]): readonly PublishedKey[] => {
  if (kid !== undefined) return keys.filter((key) => key.kid === kid);
  const named = keys.filter((key) => thumbprints.some((thumbprint) => key.thumbprints.includes(thumbprint)));
  return named.length === 0 && keys.length === 1 ? keys : named;
};

/** Why no key of the set is the one that a header names. */
export const explainUnknown = (header: JoseHeader, set: KeySet): string => {
  const { kid, thumbprints } = header;
  const published = shown(set.keys.map((key) => key.kid ?? '(no kid)'));
  if (kid === undefined && (thumbprints === undefined || set.thumbprints.size === 0))
    return `it has no kid, and the key set has ${published}`;
  const name = kid === undefined ? `x5t ${shown(thumbprints)}` : `kid ${shown(kid)}`;
  return isPublished(set, header)
    ? `ticketd cannot use the key with its ${name}; it can use ${published}`
    : `its ${name} is not in the key set, which has ${published}`;
};

/** Whether the key that a header names is published, usable or not; a header that names none counts as published. */
export const isPublished = (set: KeySet, { kid, thumbprints = [] }: JoseHeader): boolean => {
  if (kid !== undefined) return set.ids.has(kid);
  // Most key sets have no thumbprints, and the JWTs of some issuers have them all the same.
  if (thumbprints.length === 0 || set.thumbprints.size === 0) return true;
  return thumbprints.some((thumbprint) => set.thumbprints.has(thumbprint));
};

/** The ids of the keys, for the log: they show which keys a set has, and whether two sets have the same. */
export const kidsOf = ({ keys }: KeySet): string => keys.map(({ kid }) => kid ?? '(no kid)').join(', ');

const publishedKey = (jwk: Jwk): PublishedKey | undefined => {
  const { kid, alg } = jwk;
  if (!isForVerifying(jwk) || !isStringOrAbsent(kid)) return undefined;
  const key = publicKeyOf(jwk);
  const able = key === undefined ? [] : algorithmsFor(key);
  // RFC 7517, 4.4: a key that names an algorithm is for no other.
  const algorithms = able.filter((algorithm) => alg === undefined || alg === algorithm);
  return key === undefined || algorithms.length === 0
    ? undefined
    : { kid, thumbprints: thumbprintsOf(jwk), algorithms, key };
};

// A key published with its private part is no longer secret: `d` is that part in each kind (RFC 7518, 6; RFC 8037, 2).
const isForVerifying = ({ kty, use, key_ops: operations, d }: Jwk): boolean =>
  (kty === 'RSA' || kty === 'EC' || kty === 'OKP') &&
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

const invalid = (message: string): Error => codedError('JWKS_INVALID', message);
