import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { InvalidValueError, type Parser } from './variable.ts';

// RFC 7518: a key at least as long as HS256's output (3.2), and RSA keys of at least 2,048 bits (3.3, 3.5).
const MIN_SECRET_BYTES = 32;
const MIN_RSA_BITS = 2048;

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** The algorithms of an identity provider's keys: without HS256, since a secret is never published. */
export const PUBLIC_KEY_ALGORITHMS: readonly JwtAlgorithm[] = ['RS256', 'PS256', 'ES256'];

/** A KeyObject, made once: jsonwebtoken tries to parse a string as a public key at every call. */
export const hmacSecret: Parser<KeyObject> = (text) => {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < MIN_SECRET_BYTES)
    throw new InvalidValueError(
      `at least ${MIN_SECRET_BYTES} bytes in each of the comma-separated secrets (RFC 7518, 3.2)`,
    );
  return createSecretKey(bytes);
};

/** A PEM public key; the two characters `\n` may replace its line breaks, as in many secret stores. */
export const publicKey: Parser<KeyObject> = (text) => {
  if (text.includes('PRIVATE KEY')) throw new InvalidValueError('a public key in PEM, not a private one');
  const key = parsePem(text.replaceAll('\\n', '\n'));
  if (algorithmsFor(key).length === 0)
    throw new InvalidValueError(
      `an RSA key of at least ${MIN_RSA_BITS} bits or an EC key on P-256, as a PEM public key`,
    );
  return key;
};

const parsePem = (pem: string): KeyObject => {
  try {
    return createPublicKey(pem);
  } catch {
    throw new InvalidValueError('a public key or certificate in PEM');
  }
};

/** The algorithms that a key may verify: those of one family, so that an attacker cannot make ticketd confuse two. */
export const algorithmsFor = (key: KeyObject): readonly JwtAlgorithm[] => {
  if (key.type === 'secret') return ['HS256'];
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return ['RS256', 'PS256'];
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return [];
};

/** The URL of a published key set; `rules.ts` restricts http:// by `NODE_ENV`. */
export const jwksUrl: Parser<URL> = (text) => {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text))
    throw new InvalidValueError('an https:// URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new InvalidValueError('an https:// URL without credentials in it');
  if (url.hash !== '') throw new InvalidValueError('an https:// URL without a fragment (#)');
  return url;
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a response from there cannot be changed in transit: it uses TLS, or does not leave this machine. */
export const isTamperProof = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || LOOPBACK.test(hostname);
