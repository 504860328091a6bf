import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from '../../src/config/jwt-algorithms.ts';
import { signatures, signedAs } from './forged-jwt.ts';
import { usualClaims } from './jwt.ts';

export type Jwk = Readonly<Record<string, unknown>>;
export type KeyAlgorithm = Exclude<JwtAlgorithm, `HS${string}`>;

/** A key pair as an identity provider has it: it signs with one half and publishes the other. */
export interface SigningKey {
  readonly kid: string;
  readonly jwk: Jwk;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** A JWT with the usual claims, those given laid over them. */
  sign(claims?: Readonly<Record<string, unknown>>, algorithm?: KeyAlgorithm): string;
}

const of = (kid: string, usual: KeyAlgorithm, pair: { publicKey: KeyObject; privateKey: KeyObject }): SigningKey => ({
  kid,
  jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: usual },
  ...pair,
  // By hand: the library of the service has no EdDSA, and should not be what shows that it verifies.
  sign: (claims = {}, alg = usual) =>
    signedAs({ alg, typ: 'JWT', kid }, usualClaims(claims), signatures[alg](pair.privateKey)),
});

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

/** EC, made in no time. */
export const ecKey = (kid: string, alg: keyof typeof CURVES = 'ES256'): SigningKey =>
  of(kid, alg, generateKeyPairSync('ec', { namedCurve: CURVES[alg] }));

export const edKey = (kid: string): SigningKey => of(kid, 'EdDSA', generateKeyPairSync('ed25519'));

export const rsaKey = (kid: string, modulusLength = 2048): SigningKey =>
  of(kid, 'RS256', generateKeyPairSync('rsa', { modulusLength }));

/** What a provider publishes of these keys. */
export const jwksOf = (...keys: readonly { readonly jwk: Jwk }[]): string =>
  JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
