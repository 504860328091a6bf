import { createPublicKey, type KeyObject } from 'node:crypto';
import { ACCEPTED_KEYS, algorithmsFor } from './jwt-algorithms.ts';
import { type PemBlock, pemBlocks } from './pem.ts';
import { InvalidValueError, type Parser } from './variable.ts';

const PUBLIC_KEYS = `public keys in PEM: ${ACCEPTED_KEYS}`;

/**
 * PEM public keys or certificates, or base64 of them; the two characters `\n` may replace line breaks, as in many secret
 * stores.
 */
export const publicKeys: Parser<readonly KeyObject[]> = (text) => {
  const blocks = pemBlocks(pemIn(text).replaceAll('\\n', '\n'), PUBLIC_KEYS);
  if (blocks.length === 0) throw new InvalidValueError(`${PUBLIC_KEYS}; found no PEM block`);
  return blocks.map(publicKeyIn);
};

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

const pemIn = (text: string): string => {
  const decoded = BASE64.test(text) ? Buffer.from(text, 'base64').toString() : '';
  return decoded.includes('-----BEGIN') ? decoded : text;
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
