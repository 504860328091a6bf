import { createHmac } from 'node:crypto';
import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import type { SecretEncoding } from '../config/jwt-secrets.ts';
import type { Config } from '../config/variables.ts';
import { quoted } from '../protocol/redact.ts';
import type { Claims } from './jwt-parts.ts';

type JwtSettings = Config['jwt'];

/** Why `iss` is refused: what the variable expects, and what the JWT has. */
export const explainIssuer = (variable: string, expected: readonly string[], { iss }: Claims): string =>
  `its iss is not ${expected.length > 1 ? 'in ' : ''}${variable}: ${comparison(expected, iss)}`;

/** Why `aud` is refused: what `JWT_AUDIENCE` expects, and what the JWT has. */
export const explainAudience = (expected: readonly string[], claims: Claims): string => {
  const name = ['client_id', 'azp'].find((claim) => expected.some((one) => one === claims[claim]));
  const remedy = name === undefined ? '' : `; its ${name} is that: set JWT_CLIENT_ID instead`;
  return `its aud does not include JWT_AUDIENCE: ${comparison(expected, claims.aud)}${remedy}`;
};

/** Why the client is refused: what `JWT_CLIENT_ID` expects, and what the JWT has. */
export const explainClient = (expected: readonly string[], { client_id: clientId, azp, aud }: Claims): string => {
  const isAudience = listOf(aud).some((one) => expected.some((id) => id === one));
  const remedy = isAudience
    ? '; its aud has it: send the access token if this is an ID token, else set JWT_AUDIENCE instead'
    : '';
  return `neither its client_id nor its azp is JWT_CLIENT_ID: ${comparison(expected, clientId ?? azp)}${remedy}`;
};

/** Why the metadata of an issuer is refused: what `JWT_ISSUERS` expects, and whose metadata it is. */
export const explainMetadata = (expected: string, issuer: unknown): string => {
  // Entra ID has one such document for all its tenants.
  if (typeof issuer === 'string' && issuer.includes('{'))
    return `its metadata is for many tenants, ${shown(issuer)}: list the issuer of each tenant in JWT_ISSUERS`;
  // A list is no issuer, even a list that has it.
  return `its metadata is of another issuer: ${comparison([expected], Array.isArray(issuer) ? {} : issuer)}`;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** What is expected, what is found instead, and how they differ where that is hard to see. */
export const comparison = (expected: readonly string[], value: unknown): string => {
  const found = listOf(value);
  const difference = expected.map((one) => differenceOf(one, found)).find((text) => text !== '') ?? '';
  return `expected ${expected.length > 1 ? 'one of ' : ''}${shown(expected)}, found ${shown(value)}${difference}`;
};

const MAX_ENTRIES = 4;
const MAX_CHARACTERS = 80;

/** Claims and key ids from a JWT, made fit for the log. */
export const shown = (value: unknown): string => {
  if (value === undefined || value === null) return 'none';
  const texts = listOf(value);
  if (!texts.every((text) => typeof text === 'string')) return 'a value that is no string';
  const list = texts.slice(0, MAX_ENTRIES).map((text) => quoted(text, MAX_CHARACTERS));
  if (texts.length > MAX_ENTRIES) list.push(`${texts.length - MAX_ENTRIES} more`);
  return clipped(list.join(', ')) || 'none';
};

// Escaping makes some characters six times as long.
const clipped = (text: string): string =>
  text.length > 3 * MAX_CHARACTERS ? `${text.slice(0, 3 * MAX_CHARACTERS)}...` : text;

const withoutSlash = (text: string): string => text.replace(/\/$/, '');
const withoutScheme = (text: string): string => text.replace(/^https?:\/\//, '');
const withoutApi = (text: string): string => text.replace(/^api:\/\//, '');

// Differences that are hard to see in two long values.
const DIFFERENCES: readonly (readonly [what: string, equalWithout: (text: string) => string])[] = [
  ['the slash at the end', withoutSlash],
  ['upper and lower case', (text) => text.toLowerCase()],
  ['http and https', withoutScheme],
  // Entra ID has it in the audience of some tokens only.
  ['api:// at the beginning', withoutApi],
  ['spaces', (text) => text.trim()],
];

const differenceOf = (expected: string, found: readonly unknown[]): string => {
  const isLike = (alike: (text: string) => string) =>
    found.some((one) => typeof one === 'string' && alike(one) === alike(expected));
  const difference = DIFFERENCES.find(([, alike]) => isLike(alike));
  return difference === undefined ? '' : `; they differ in ${difference[0]}`;
};

/** The issuer that a JWT of an unknown key names, to follow a reason: it may be another tenant or environment. */
export const issuerNamedBy = ({ iss }: Claims): string =>
  typeof iss === 'string' ? `; its iss, not verified, is ${shown(iss)}` : '';

/** Makes the function that says why no key of `JWT_SECRET` or `JWT_PUBLIC_KEY` fits the signature of a JWT. */
export const misfitExplainer = (settings: JwtSettings): ((jwt: string, alg: JwtAlgorithm) => string) => {
  const misreadings = misreadingsOf(settings);
  return (jwt, alg) => {
    if (!alg.startsWith('HS')) return 'no key in JWT_PUBLIC_KEY fits its signature';
    const fitting = misreadings.find(({ secret }) => isSignedWith(secret, jwt, alg));
    if (fitting === undefined) return 'no secret in JWT_SECRET fits its signature';
    return `its signature fits JWT_SECRET ${fitting.how}; ${fitting.remedy ?? 'ticketd uses the text as it is'}`;
  };
};

interface Misreading {
  readonly how: string;
  readonly secret: Buffer;
  readonly remedy?: string;
}

/** What else the issuer may sign with, if it reads the text of the secret in another way. */
const misreadingsOf = ({ secrets: texts = [], secretEncoding }: JwtSettings): readonly Misreading[] => {
  const list = {
    how: 'with its commas: a secret must not contain one',
    secret: Buffer.from(texts.join(',')),
  };
  const wrong = texts.flatMap(misreadingsOfOne).filter(({ encoding }) => encoding !== secretEncoding);
  return [...wrong, ...(texts.length > 1 ? [list] : [])];
};

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

const misreadingsOfOne = (text: string): readonly (Misreading & { readonly encoding?: SecretEncoding })[] => {
  const encoded = (encoding: SecretEncoding, how: string) => ({
    how,
    encoding,
    secret: Buffer.from(text, encoding),
    remedy: `set JWT_SECRET_ENCODING=${encoding}`,
  });
  return [
    encoded('utf8', 'as the text that it is'),
    ...(HEX.test(text) ? [encoded('hex', 'decoded from hex')] : []),
    ...(BASE64.test(text) ? [encoded(/[-_]/.test(text) ? 'base64url' : 'base64', 'decoded from base64')] : []),
    { how: 'encoded in base64', secret: Buffer.from(Buffer.from(text).toString('base64')) },
    { how: 'with a line break at its end', secret: Buffer.from(`${text}\n`) },
    { how: 'with a Windows line break at its end', secret: Buffer.from(`${text}\r\n`) },
    { how: 'in double quotes', secret: Buffer.from(`"${text}"`) },
    { how: 'in single quotes', secret: Buffer.from(`'${text}'`) },
  ];
};

// For a log line only, so that it need not take constant time.
const isSignedWith = (secret: Buffer, jwt: string, alg: JwtAlgorithm): boolean => {
  const end = jwt.lastIndexOf('.');
  const hash = `sha${alg.slice(2)}`;
  return createHmac(hash, secret).update(jwt.slice(0, end)).digest('base64url') === jwt.slice(end + 1);
};
