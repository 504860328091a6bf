import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Expected, type Parser } from './field.ts';

// RFC 7518: a key at least as long as HS256's output (3.2), and RSA keys of at least 2,048 bits (3.3, 3.5).
const MIN_SECRET_BYTES = 32;
const MIN_RSA_BITS = 2048;

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** What an identity provider's keys may sign with: a secret is never published. */
export const PUBLIC_KEY_ALGORITHMS: readonly JwtAlgorithm[] = ['RS256', 'PS256', 'ES256'];

/** A KeyObject is made once: given a string, jsonwebtoken tries to parse it as a public key at every call. */
export const hmacSecret: Parser<KeyObject> = (text) => {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < MIN_SECRET_BYTES)
    throw new Expected(`at least ${MIN_SECRET_BYTES} bytes in each of the comma-separated secrets (RFC 7518, 3.2)`);
  return createSecretKey(bytes);
};

/** A PEM public key; the two characters `\n` may stand for its line ends, as many secret stores keep them. */
export const publicKey: Parser<KeyObject> = (text) => {
  if (text.includes('PRIVATE KEY')) throw new Expected('a public key in PEM, not a private one');
  const key = parsePem(text.replaceAll('\\n', '\n'));
  if (algorithmsFor(key).length === 0)
    throw new Expected(`an RSA key of at least ${MIN_RSA_BITS} bits or an EC key on P-256, as a PEM public key`);
  return key;
};

const parsePem = (pem: string): KeyObject => {
  try {
    return createPublicKey(pem);
  } catch {
    throw new Expected('a public key or certificate in PEM');
  }
};

/** The algorithms that a key may verify; never more than one family, so that none can be confused with another. */
export const algorithmsFor = (key: KeyObject): readonly JwtAlgorithm[] => {
  if (key.type === 'secret') return ['HS256'];
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return ['RS256', 'PS256'];
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return [];
};
