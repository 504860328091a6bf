import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { type JsonObject, jsonObjectIn } from '../protocol/json.ts';
import { TokenRejected } from './errors.ts';
import { explainAlgorithm } from './explain-algorithm.ts';

/** What a JWT says about its own signature. */
export interface JoseHeader {
  readonly alg: JwtAlgorithm;
  readonly kid: string | undefined;
  /** `x5t#S256` and `x5t`, in a header without a `kid` that has one of them. */
  readonly thumbprints?: readonly string[];
}

export type Claims = JsonObject;

/** A kind of token, by the `typ` that its header may have, in lower case; without a `typ` it may be any kind. */
export type TokenTypes = ReadonlySet<string>;

/** What the `typ` of a header may be: one of `types`, by default an access token's, or none. */
export interface ExpectedType {
  readonly types?: TokenTypes;
  /** Then it must be there, and this one. */
  readonly required?: string | undefined;
}

// RFC 8725, 3.11: no token made for another purpose (`dpop+jwt`, `logout+jwt`) may pass for this one. RFC 9068, 2.1.
export const ACCESS_TOKEN: TokenTypes = new Set(['jwt', 'at+jwt']);

/**
 * Makes a function that reads the header of a JWT of one kind (RFC 7515, compact form) before its key is looked up. It throws
 * `TokenRejected` with what is wrong, without quoting it. It ignores keys that a header contains or points at (`jwk`,
 * `jku`, `x5c`, `x5u`).
 */
export const joseHeaderReader = (
  algorithms: readonly JwtAlgorithm[],
  typ: ExpectedType = {},
): ((jwt: string) => JoseHeader) => {
  // Nearly all tokens of an issuer have the same header.
  let last: { readonly text: string; readonly header: JoseHeader } | undefined;
  return (jwt) => {
    const text = firstPartOf(jwt);
    if (text !== last?.text) last = { text, header: headerIn(text, algorithms, typ) };
    return last.header;
  };
};

const firstPartOf = (jwt: string): string => {
  const parts = jwt.split('.');
  const [header = ''] = parts;
  if (parts.length !== 3 || !parts.every(isBase64url))
    throw new TokenRejected('malformed', `it is not three parts in base64url${likelyForm(jwt, parts.length)}`);
  return header;
};

const likelyForm = (jwt: string, parts: number): string => {
  if (/^bearer\s/i.test(jwt)) return ': it begins with "Bearer"';
  if (/^["']/.test(jwt)) return ': it begins with a quote';
  if (parts === 5) return ': it has five, as an encrypted token (RFC 7516)';
  return parts === 1 ? ': it has no dots, as an opaque token: request a token for your API' : '';
};

const headerIn = (
  text: string,
  algorithms: readonly JwtAlgorithm[],
  { types = ACCESS_TOKEN, required }: ExpectedType,
): JoseHeader => {
  const header = objectIn(text);
  if (header === undefined) throw new TokenRejected('malformed', 'its header is not a JSON object');
  const { alg, kid, typ, crit, b64 } = header;
  // RFC 7515, 4.1.11: an extension that must be understood, and none is.
  if (crit !== undefined || b64 !== undefined) throw new TokenRejected('malformed', 'its header demands an extension');
  if (typ !== undefined && !types.has(typeNameOf(typ)))
    throw new TokenRejected('type', 'its typ is that of another kind of token');
  if (required !== undefined && typeNameOf(typ) !== required)
    throw new TokenRejected('type', `its typ is not ${required}, which JWT_TYPE demands: it may be an ID token`);
  if (kid !== undefined && typeof kid !== 'string') throw new TokenRejected('malformed', 'its kid is not a string');
  const allowed = algorithms.find((algorithm) => algorithm === alg);
  if (allowed === undefined) throw new TokenRejected('algorithm', explainAlgorithm(nameOf(alg), algorithms));
  return { alg: allowed, kid, ...(kid === undefined && thumbprintsIn(header)) };
};

const thumbprintsIn = ({ x5t, 'x5t#S256': x5tS256 }: Claims): Pick<JoseHeader, 'thumbprints'> => {
  const thumbprints = [x5tS256, x5t].filter((thumbprint) => typeof thumbprint === 'string');
  return thumbprints.length > 0 ? { thumbprints } : {};
};

// RFC 7518, 3.1, RFC 8037, RFC 8812 and RFC 9864: only a registered name is fit for the log.
const REGISTERED = /^(?:none|[HRPE]S(?:256|384|512)|ES256K|EdDSA|Ed25519|Ed448)$/;

const nameOf = (alg: unknown): string =>
  typeof alg === 'string' && REGISTERED.test(alg) ? alg : 'not a registered name';

// Only one text for the same bytes: the last character has no bits beyond them (RFC 4648, 3.5).
const BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

const isBase64url = (part: string): boolean => part !== '' && BASE64URL.test(part);

// RFC 7515, 4.1.9.
const typeNameOf = (typ: unknown): string =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';

const payloadPart = (jwt: string): string => jwt.split('.', 2)[1] ?? '';

/** The claims of a JWT that may not be verified yet; throws `TokenRejected` if its payload is not a JSON object. */
export const claimsIn = (jwt: string): Claims => {
  const claims = objectIn(payloadPart(jwt));
  if (claims === undefined) throw new TokenRejected('malformed', 'its payload is not a JSON object');
  return claims;
};

/** The payload of a JWT whose claims were read. */
export const payloadText = (jwt: string): string => Buffer.from(payloadPart(jwt), 'base64url').toString();

/** The `iat` of a JWT, in seconds since the epoch; `undefined` unless it is a finite number. */
export const issuedAtOf = ({ iat }: Claims): number | undefined =>
  typeof iat === 'number' && Number.isFinite(iat) ? iat : undefined;

/** The JSON object in one part of a JWT; `undefined` if it is anything else. */
const objectIn = (part: string): JsonObject | undefined => {
  const text = utf8In(Buffer.from(part, 'base64url'));
  return text === undefined ? undefined : jsonObjectIn(text);
};

// A byte order mark is no part of JSON (RFC 8259, 8.1).
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const utf8In = (bytes: Buffer): string | undefined => {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
};
