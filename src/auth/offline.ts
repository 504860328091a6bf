import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type JwtAlgorithm, PUBLIC_KEY_ALGORITHMS } from '../config/jwt-algorithms.ts';
import type { Config } from '../config/variables.ts';
import { type Caller, createAuthentication } from './caller.ts';
import { KeysUnavailable, TokenRejected } from './errors.ts';
import { joseHeaderReader } from './jwt-parts.ts';
import { configuredKeys, fixedKeys, type KeySource } from './key-source.ts';
import { createTrustedKeys } from './trusted-keys.ts';

/** What ticketd can say about a JWT without a request to an identity provider. */
export interface OfflineVerdict {
  readonly result: Caller | TokenRejected;
  readonly signatureChecked: boolean;
}

/**
 * Authenticates a JWT without a request. Where its key would have to be fetched, it checks all but the signature: it
 * signs header and payload again with a key of its own, so that every other check is the same as with the real key.
 */
export const authenticateOffline = async (jwt: string, settings: Config['jwt']): Promise<OfflineVerdict> => {
  const { algorithms = PUBLIC_KEY_ALGORITHMS } = settings;
  const allowed = PUBLIC_KEY_ALGORITHMS.filter((alg) => algorithms.includes(alg));
  const result = await resultWith(notFetched(allowed), jwt, settings);
  if (!(result instanceof KeysUnavailable)) return { result, signatureChecked: true };
  return { result: await resultOfSignedAgain(jwt, allowed, settings), signatureChecked: false };
};

type Result = OfflineVerdict['result'];

/** What an identity provider publishes, as far as it is known without a request. */
const notFetched = (algorithms: readonly JwtAlgorithm[]): KeySource => ({
  algorithms,
  keysFor: async () => ({ outcome: 'unavailable', why: 'its key would be fetched', retryAfterMs: 0 }),
  explainMisfit: () => '',
});

const resultOfSignedAgain = async (
  jwt: string,
  allowed: readonly JwtAlgorithm[],
  settings: Config['jwt'],
): Promise<Result> => {
  const { alg } = joseHeaderReader(allowed, { required: settings.type })(jwt);
  const { publicKey, privateKey } = keyPairFor(alg);
  const result = await resultWith(fixedKeys([publicKey], [alg]), signedAgain(jwt, alg, privateKey), settings);
  if (result instanceof KeysUnavailable) throw result;
  return result;
};

/** The result with `published` as the keys of every identity provider. */
const resultWith = (published: KeySource, jwt: string, settings: Config['jwt']): Promise<Result | KeysUnavailable> => {
  const fetched = settings.jwksUrl === undefined ? undefined : published;
  const sources = [configuredKeys(settings), fetched].filter((source) => source !== undefined);
  const issuers = new Map((settings.issuers ?? []).map((issuer) => [issuer, published]));
  const keys = createTrustedKeys({ sources, expected: settings.issuer, issuers });
  return createAuthentication(settings, keys)(jwt).catch(rejectionIn);
};

const rejectionIn = (error: unknown): TokenRejected | KeysUnavailable => {
  if (error instanceof TokenRejected || error instanceof KeysUnavailable) return error;
  throw error;
};

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

const keyPairFor = (alg: JwtAlgorithm) => {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg === 'ES256' || alg === 'ES384' || alg === 'ES512')
    return generateKeyPairSync('ec', { namedCurve: CURVES[alg] });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
};

const signedAgain = (jwt: string, alg: JwtAlgorithm, key: KeyObject): string => {
  const content = jwt.slice(0, jwt.lastIndexOf('.'));
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  return `${content}.${sign(hash, Buffer.from(content), { key, ...signingFor(alg) }).toString('base64url')}`;
};

// RFC 7518, sections 3.4 and 3.5.
const signingFor = (alg: JwtAlgorithm): object => {
  if (alg.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' };
  if (!alg.startsWith('PS')) return {};
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
};
