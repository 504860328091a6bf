import type { JwtAlgorithm } from '../config/jwt-keys.ts';
import { TokenRejected } from './errors.ts';

/** What a JWT says about its own signature. */
export interface JoseHeader {
  readonly alg: JwtAlgorithm;
  readonly kid: string | undefined;
}

// Proxies with usual limits accept no longer header line.
const MAX_CHARACTERS = 8192;
// Only one text for the same bytes: the last character has no bits beyond them (RFC 4648, 3.5).
const BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;
// RFC 8725, 3.11: no token made for another purpose (`dpop+jwt`, `logout+jwt`) may pass for this one. RFC 9068, 2.1.
const TYPES = new Set(['jwt', 'at+jwt']);
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Makes a function that reads the header of a JWT (RFC 7515, compact form) before its key is looked up. It throws
 * `TokenRejected` with what is wrong, without quoting it. It ignores keys that a header contains or points at (`jwk`,
 * `jku`, `x5c`, `x5u`).
 */
export const joseHeaderReader = (algorithms: readonly JwtAlgorithm[]): ((jwt: string) => JoseHeader) => {
  // Nearly all tokens of an issuer have the same header.
  let last: { readonly text: string; readonly header: JoseHeader } | undefined;
  return (jwt) => {
    const text = firstPartOf(jwt);
    if (text !== last?.text) last = { text, header: headerIn(text, algorithms) };
    return last.header;
  };
};

const firstPartOf = (jwt: string): string => {
  if (jwt.length > MAX_CHARACTERS) throw new TokenRejected(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts = jwt.split('.');
  const [header = ''] = parts;
  if (parts.length !== 3 || !parts.every(isBase64url)) throw new TokenRejected('it is not three parts in base64url');
  return header;
};

const headerIn = (text: string, algorithms: readonly JwtAlgorithm[]): JoseHeader => {
  const header = objectIn(text);
  if (header === undefined) throw new TokenRejected('its header is not a JSON object');
  const { alg, kid, typ, crit, b64 } = header;
  // RFC 7515, 4.1.11: an extension that must be understood, and none is.
  if (crit !== undefined || b64 !== undefined) throw new TokenRejected('its header demands an extension');
  if (typ !== undefined && !isAccessToken(typ)) throw new TokenRejected('its typ is that of another kind of token');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenRejected('its kid is not a string');
  const allowed = algorithms.find((algorithm) => algorithm === alg);
  if (allowed === undefined) throw new TokenRejected('its alg is not among those allowed');
  return { alg: allowed, kid };
};

const isBase64url = (part: string): boolean => part !== '' && BASE64URL.test(part);

const isAccessToken = (typ: unknown): boolean =>
  typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''));

/** The `iat` of a JWT that is not verified yet, in seconds; `undefined` unless it is a finite number. */
export const unverifiedIssuedAt = (jwt: string): number | undefined => {
  const [, payload = ''] = jwt.split('.');
  const iat = objectIn(payload)?.iat;
  return typeof iat === 'number' && Number.isFinite(iat) ? iat : undefined;
};

/** The JSON object in one part of a JWT; `undefined` if it is anything else. */
const objectIn = (part: string): Readonly<Record<string, unknown>> | undefined => {
  const value = parse(Buffer.from(part, 'base64url'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { ...value };
};

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch {
    return undefined;
  }
};
