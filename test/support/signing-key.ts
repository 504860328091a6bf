import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { token } from './jwt.ts';

export type Jwk = Readonly<Record<string, unknown>>;
export type KeyAlgorithm = 'RS256' | 'PS256' | 'ES256';

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
  sign: (claims = {}, algorithm = usual) => token(claims, { secret: pair.privateKey, algorithm, keyid: kid }),
});

/** EC on P-256: made in no time. */
export const ecKey = (kid: string): SigningKey => of(kid, 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }));

export const rsaKey = (kid: string, modulusLength = 2048): SigningKey =>
  of(kid, 'RS256', generateKeyPairSync('rsa', { modulusLength }));

/** What a provider publishes of these keys. */
export const jwksOf = (...keys: readonly { readonly jwk: Jwk }[]): string =>
  JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
