import type { JwtAlgorithm } from '../config/jwt-keys.ts';

/** What a JWT says of its own signature. */
export interface JoseHeader {
  readonly alg: JwtAlgorithm;
  readonly kid: string | undefined;
}

// As much as a proxy with usual limits lets through in one header line.
const MAX_CHARACTERS = 8192;
// One text only for the same bytes: the last character may hold no bits beyond them (RFC 4648, 3.5).
const BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;
// RFC 8725, 3.11: no token made for another purpose (`dpop+jwt`, `logout+jwt`) may pass for this one. RFC 9068, 2.1.
const TYPES = new Set(['jwt', 'at+jwt']);
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Makes a function that reads the header of a JWT (RFC 7515, compact form), before any key is looked for; it throws with
 * what is wrong with it, without its text. Keys that a header brings or points at (`jwk`, `jku`, `x5c`, `x5u`) are left
 * unread.
 */
export const joseHeaderReader = (algorithms: readonly JwtAlgorithm[]): ((jwt: string) => JoseHeader) => {
  // An issuer gives nearly all of its tokens the same one.
  let last: { readonly text: string; readonly header: JoseHeader } | undefined;
  return (jwt) => {
    const text = firstPartOf(jwt);
    if (text !== last?.text) last = { text, header: headerIn(text, algorithms) };
    return last.header;
  };
};

const firstPartOf = (jwt: string): string => {
  if (jwt.length > MAX_CHARACTERS) throw new Error(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts = jwt.split('.');
  const [header = ''] = parts;
  if (parts.length !== 3 || !parts.every(isBase64url)) throw new Error('it is not three parts in base64url');
  return header;
};

const headerIn = (text: string, algorithms: readonly JwtAlgorithm[]): JoseHeader => {
  const header = objectIn(text);
  if (header === undefined) throw new Error('its header is not a JSON object');
  const { alg, kid, typ, crit, b64 } = header;
  // RFC 7515, 4.1.11: an extension that must be understood, and none is.
  if (crit !== undefined || b64 !== undefined) throw new Error('its header demands an extension');
  if (typ !== undefined && !isAccessToken(typ)) throw new Error('its typ is that of another kind of token');
  if (kid !== undefined && typeof kid !== 'string') throw new Error('its kid is not a string');
  const allowed = algorithms.find((algorithm) => algorithm === alg);
  if (allowed === undefined) throw new Error('its alg is not among those allowed');
  return { alg: allowed, kid };
};

const isBase64url = (part: string): boolean => part !== '' && BASE64URL.test(part);

const isAccessToken = (typ: unknown): boolean =>
  typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''));

/** The JSON object in one part of a JWT; `undefined` where there is none. */
export const objectIn = (part: string): Readonly<Record<string, unknown>> | undefined => {
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
