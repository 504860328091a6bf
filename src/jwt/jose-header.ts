import type { JwtAlgorithm } from '../config/jwt-keys.ts';

/** What a JWT says of its own signature. */
export interface JoseHeader {
  readonly alg: JwtAlgorithm;
  readonly kid: string | undefined;
}

// As much as a proxy with usual limits lets through in one header line.
const MAX_CHARACTERS = 8192;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
// RFC 8725, 3.11: no token made for another purpose (`dpop+jwt`, `logout+jwt`) may pass for this one. RFC 9068, 2.1.
const TYPES = new Set(['jwt', 'at+jwt']);
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the header of a JWT (RFC 7515, compact form), before any key is looked for; throws with what is wrong with it,
 * without its text. Keys that a header brings or points at (`jwk`, `jku`, `x5c`, `x5u`) are left unread.
 */
export const joseHeaderOf = (jwt: string, algorithms: readonly JwtAlgorithm[]): JoseHeader => {
  if (jwt.length > MAX_CHARACTERS) throw new Error(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts = jwt.split('.');
  if (parts.length !== 3 || !parts.every(isBase64url)) throw new Error('it is not three parts in base64url');
  const { alg, kid, typ, crit, b64 } = objectIn(parts[0] ?? '');
  // RFC 7515, 4.1.11: an extension that must be understood, and none is.
  if (crit !== undefined || b64 !== undefined) throw new Error('its header demands an extension');
  if (typ !== undefined && !isAccessToken(typ)) throw new Error('its typ is that of another kind of token');
  if (kid !== undefined && typeof kid !== 'string') throw new Error('its kid is not a string');
  const allowed = algorithms.find((algorithm) => algorithm === alg);
  if (allowed === undefined) throw new Error('its alg is not among those allowed');
  return { alg: allowed, kid };
};

// One text only for the same bytes: the last character may hold no bits beyond them (RFC 4648, 3.5).
const isBase64url = (part: string): boolean =>
  BASE64URL.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part;

const isAccessToken = (typ: unknown): boolean =>
  typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''));

const objectIn = (part: string): Readonly<Record<string, unknown>> => {
  const value = parse(Buffer.from(part, 'base64url'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('its header is not a JSON object');
  return { ...value };
};

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch {
    return undefined;
  }
};
