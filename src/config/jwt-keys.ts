import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { type PemBlock, pemBlocks } from './pem.ts';
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

const PUBLIC_KEYS = `RSA public keys of at least ${MIN_RSA_BITS} bits or EC public keys on P-256, in PEM`;

/** PEM public keys or certificates; the two characters `\n` may replace line breaks, as in many secret stores. */
export const publicKeys: Parser<readonly KeyObject[]> = (text) => {
  const blocks = pemBlocks(text.replaceAll('\\n', '\n'), PUBLIC_KEYS);
  if (blocks.length === 0) throw new InvalidValueError(`${PUBLIC_KEYS}; found no PEM block`);
  return blocks.map(publicKeyIn);
};

const publicKeyIn = (block: PemBlock): KeyObject => {
  const key = parseBlock(block);
  const unusable = typeof key === 'string' ? key : reasonAgainst(key);
  if (unusable !== undefined) throw new InvalidValueError(`${PUBLIC_KEYS}; ${block.name} ${unusable}`);
  return key as KeyObject;
};

const LABELS = new Set(['PUBLIC KEY', 'RSA PUBLIC KEY', 'CERTIFICATE']);

/** The key of a block, or why it has none. */
const parseBlock = ({ label, pem }: PemBlock): KeyObject | string => {
  if (label.endsWith('PRIVATE KEY')) return 'is a private key';
  if (!LABELS.has(label)) return 'is neither a public key nor a certificate';
  try {
    return createPublicKey(pem);
  } catch {
    return 'cannot be read';
  }
};

const reasonAgainst = (key: KeyObject): string | undefined => {
  if (algorithmsFor(key).length > 0) return undefined;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return `is RSA of ${modulusLength} bits`;
  return namedCurve === undefined ? `is of the kind ${key.asymmetricKeyType}` : `is on the curve ${namedCurve}`;
};

/** The algorithms that a key may verify: those of one family, so that an attacker cannot make ticketd confuse two. */
export const algorithmsFor = (key: KeyObject): readonly JwtAlgorithm[] => {
  if (key.type === 'secret') return ['HS256'];
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return ['RS256', 'PS256'];
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return [];
};

/** The algorithms that any of the keys may verify. */
export const algorithmsOf = (keys: readonly KeyObject[]): readonly JwtAlgorithm[] => [
  ...new Set(keys.flatMap(algorithmsFor)),
];

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
