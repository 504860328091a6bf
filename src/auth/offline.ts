import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type JwtAlgorithm, PUBLIC_KEY_ALGORITHMS } from '../config/jwt-algorithms.ts';
import type { Config } from '../config/variables.ts';
import { type Caller, createAuthentication } from './caller.ts';
import { TokenRejected } from './errors.ts';
import { claimsIn, joseHeaderReader } from './jwt-parts.ts';
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
  const configured = configuredKeys(settings);
  const checked = { result: await resultWith(configured, jwt, settings), signatureChecked: true };
  if (settings.jwksUrl === undefined && settings.issuers === undefined) return checked;
  if (!needsPublishedKey(checked.result, jwt, settings)) return checked;
  return { result: await resultWithoutKeys(jwt, settings), signatureChecked: false };
};

const NOT_BY_CONFIGURED_KEYS = new Set(['signature', 'algorithm']);

const needsPublishedKey = (result: OfflineVerdict['result'], jwt: string, settings: Config['jwt']): boolean => {
  if (!(result instanceof TokenRejected) || !NOT_BY_CONFIGURED_KEYS.has(result.reason)) return false;
  return settings.jwksUrl !== undefined || isOfIssuer(jwt, settings);
};

const isOfIssuer = (jwt: string, { issuers = [] }: Config['jwt']): boolean => {
  const { iss } = claimsIn(jwt);
  return issuers.some((issuer) => issuer === iss);
};

const NO_SOURCE: KeySource = fixedKeys([], []);

const resultWith = (source: KeySource | undefined, jwt: string, settings: Config['jwt']) =>
  resultOf(jwt, settings, source === undefined ? [] : [source], NO_SOURCE);

const resultWithoutKeys = async (jwt: string, settings: Config['jwt']): Promise<OfflineVerdict['result']> => {
  const { algorithms = PUBLIC_KEY_ALGORITHMS } = settings;
  try {
    const allowed = PUBLIC_KEY_ALGORITHMS.filter((alg) => algorithms.includes(alg));
    const { alg } = joseHeaderReader(allowed, { required: settings.type })(jwt);
    const { publicKey, privateKey } = keyPairFor(alg);
    const source = fixedKeys([publicKey], [alg]);
    return await resultOf(signedAgain(jwt, alg, privateKey), settings, [source], source);
  } catch (error) {
    return rejectionIn(error);
  }
};

const resultOf = async (
  jwt: string,
  settings: Config['jwt'],
  sources: readonly KeySource[],
  ofIssuers: KeySource,
): Promise<OfflineVerdict['result']> => {
  const issuers = new Map((settings.issuers ?? []).map((issuer) => [issuer, ofIssuers]));
  const keys = createTrustedKeys({ sources, expected: settings.issuer, issuers });
  return createAuthentication(settings, keys)(jwt).catch(rejectionIn);
};

const rejectionIn = (error: unknown): TokenRejected => {
  if (error instanceof TokenRejected) return error;
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
