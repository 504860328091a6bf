import { constants, createHmac, type KeyObject, sign } from 'node:crypto';
import { SECRET } from './jwt.ts';

type Members = Readonly<Record<string, unknown>>;
/** A part of a JWT: an object to be written as JSON, or what is to stand there byte for byte. */
type Part = Members | string | Buffer;

const encode = (part: Part): string =>
  Buffer.from(typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)).toString('base64url');

export interface Forgery {
  readonly header?: Part;
  readonly secret?: string | Buffer;
  readonly hash?: string;
}

/** A JWT with any payload at all and a right HS256 signature, for what a library refuses to sign. */
export const signedByHand = (payload: Part, forgery: Forgery = {}): string => {
  const { header = { alg: 'HS256', typ: 'JWT' }, secret = SECRET, hash = 'sha256' } = forgery;
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
};

export const unsigned = (payload: Part, alg: unknown = 'none'): string =>
  `${encode({ alg, typ: 'JWT' })}.${encode(payload)}.`;

/** A JWT of any header and payload, with whatever signature `make` gives for its first two parts. */
export const signedAs = (header: Part, payload: Part, make: (signed: Buffer) => Buffer): string => {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${make(Buffer.from(signed)).toString('base64url')}`;
};

type Sign = (key: KeyObject) => (bytes: Buffer) => Buffer;

const rs =
  (hash: string): Sign =>
  (key) =>
  (bytes) =>
    sign(hash, bytes, key);
const es =
  (hash: string): Sign =>
  (key) =>
  (bytes) =>
    sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
const ps =
  (hash: string, usualLength: number) =>
  (key: KeyObject, saltLength = usualLength) =>
  (bytes: Buffer): Buffer =>
    sign(hash, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

/** The signatures of RFC 7518, section 3, and RFC 8037, by the same names. */
export const signatures = {
  RS256: rs('sha256'),
  RS384: rs('sha384'),
  RS512: rs('sha512'),
  PS256: ps('sha256', 32),
  PS384: ps('sha384', 48),
  PS512: ps('sha512', 64),
  ES256: es('sha256'),
  ES384: es('sha384'),
  ES512: es('sha512'),
  EdDSA: (key: KeyObject) => (bytes: Buffer) => sign(null, bytes, key),
  DER: (key: KeyObject) => (bytes: Buffer) => sign('sha256', bytes, key),
} as const;
