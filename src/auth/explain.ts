import { createHmac, type KeyObject } from 'node:crypto';
import type { Config } from '../config/variables.ts';
import { quoted } from '../protocol/redact.ts';
import { type Claims, unverifiedClaims } from './jose-header.ts';

type JwtSettings = Config['jwt'];

/** Why `iss` is refused: what `JWT_ISSUER` expects, and what the JWT has. */
export const explainIssuer = (expected: string, { iss }: Claims): string =>
  `its iss is not JWT_ISSUER: expected ${quoted(expected)}, found ${shown(iss)}${differenceOf(expected, [iss])}`;

/** Why `aud` is refused: what `JWT_AUDIENCE` expects, and what the JWT has. */
export const explainAudience = (expected: string, { aud }: Claims): string => {
  const found = Array.isArray(aud) ? aud : [aud];
  return `its aud does not include JWT_AUDIENCE: expected ${quoted(expected)}, found ${shown(aud)}${differenceOf(expected, found)}`;
};

const MAX_ENTRIES = 4;
const MAX_CHARACTERS = 80;

/** Claims and key ids from a JWT, made fit for the log. */
export const shown = (value: unknown): string => {
  if (value === undefined || value === null) return 'none';
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
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

// Differences that are hard to see in two long values.
const DIFFERENCES: readonly (readonly [what: string, equalWithout: (text: string) => string])[] = [
  ['the slash at the end', withoutSlash],
  ['upper and lower case', (text) => text.toLowerCase()],
  ['http and https', withoutScheme],
  ['spaces', (text) => text.trim()],
];

const differenceOf = (expected: string, found: readonly unknown[]): string => {
  const isLike = (alike: (text: string) => string) =>
    found.some((one) => typeof one === 'string' && alike(one) === alike(expected));
  const difference = DIFFERENCES.find(([, alike]) => isLike(alike));
  return difference === undefined ? '' : `; they differ in ${difference[0]}`;
};

/** The issuer that a JWT of an unknown key names, to follow a reason: it may be another tenant or environment. */
export const issuerNamedBy = (jwt: string): string => {
  const { iss } = unverifiedClaims(jwt);
  return typeof iss === 'string' ? `; its iss, not verified, is ${shown(iss)}` : '';
};

/** Makes the function that says why no key fits the signature of a JWT. */
export const signatureExplainer = ({ secrets, publicKeys }: JwtSettings): ((jwt: string) => string) => {
  if (publicKeys !== undefined) return () => 'no key in JWT_PUBLIC_KEY fits its signature';
  if (secrets === undefined) return () => 'the key that its header names does not fit its signature';
  const misreadings = misreadingsOf(secrets);
  return (jwt) => {
    const fitting = misreadings.find(([, secret]) => isSignedWith(secret, jwt));
    if (fitting === undefined) return 'no secret in JWT_SECRET fits its signature';
    return `its signature fits JWT_SECRET ${fitting[0]}; ticketd uses the text as it is`;
  };
};

type Misreading = readonly [how: string, secret: Buffer];

/** What else the issuer may sign with, if it reads the text of the secret in another way. */
const misreadingsOf = (secrets: readonly KeyObject[]): readonly Misreading[] => {
  const texts = secrets.map((secret) => secret.export());
  const list: Misreading = ['with its commas: a secret must not contain one', Buffer.from(texts.join(','))];
  return [...texts.flatMap(misreadingsOfOne), ...(texts.length > 1 ? [list] : [])];
};

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

const misreadingsOfOne = (bytes: Buffer): readonly Misreading[] => {
  const text = bytes.toString();
  return [
    ...(BASE64.test(text) ? [['decoded from base64', Buffer.from(text, 'base64')] as const] : []),
    ...(HEX.test(text) ? [['decoded from hex', Buffer.from(text, 'hex')] as const] : []),
    ['encoded in base64', Buffer.from(bytes.toString('base64'))],
    ['with a line break at its end', Buffer.from(`${text}\n`)],
    ['with a Windows line break at its end', Buffer.from(`${text}\r\n`)],
    ['in double quotes', Buffer.from(`"${text}"`)],
    ['in single quotes', Buffer.from(`'${text}'`)],
  ];
};

// For a log line only, so that it need not take constant time.
const isSignedWith = (secret: Buffer, jwt: string): boolean => {
  const end = jwt.lastIndexOf('.');
  return createHmac('sha256', secret).update(jwt.slice(0, end)).digest('base64url') === jwt.slice(end + 1);
};
