import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type JwtAlgorithm, PUBLIC_KEY_ALGORITHMS } from '../config/jwt-keys.ts';
import type { Config } from '../config/variables.ts';
import { type Authenticate, createAuthentication } from './caller.ts';
import { joseHeaderReader } from './jose-header.ts';
import { fixedKeys } from './key-source.ts';

/**
 * Makes an authentication that checks all but the signature, for keys that cannot be fetched. It signs header and payload
 * again with a key of its own: every other check is then the same as with the real key.
 */
export const authenticationWithoutKeys = (settings: Config['jwt']): Authenticate => {
  const headerOf = joseHeaderReader(settings.algorithms ?? PUBLIC_KEY_ALGORITHMS);
  return async (jwt) => {
    const { alg } = headerOf(jwt);
    const { publicKey, privateKey } = keyPairFor(alg);
    const authenticate = createAuthentication(settings, fixedKeys([publicKey], [alg]));
    return authenticate(signedAgain(jwt, alg, privateKey));
  };
};

const keyPairFor = (alg: JwtAlgorithm) =>
  alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });

const signedAgain = (jwt: string, alg: JwtAlgorithm, key: KeyObject): string => {
  const content = jwt.slice(0, jwt.lastIndexOf('.'));
  return `${content}.${sign('sha256', Buffer.from(content), { key, ...SIGNING[alg] }).toString('base64url')}`;
};

// RFC 7518, sections 3.4 and 3.5.
const SIGNING: { readonly [A in JwtAlgorithm]?: object } = {
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
};
