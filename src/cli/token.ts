import { createHmac, type KeyObject } from 'node:crypto';
import { ConfigError, type Problem } from '../config/config-error.ts';
import { algorithmsFor, type JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { secretKeysOf } from '../config/jwt-secrets.ts';
import { readSections } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { OK, UsageError } from './exit-codes.ts';

export interface TokenOptions {
  readonly subject: string;
  readonly session?: string;
  /** Lifetime of the JWT in seconds. */
  readonly ttl: number;
  /** Further claims, each as `name=value`. */
  readonly claim?: readonly string[];
}

/** Prints a JWT that `serve` accepts in the same environment. */
export const printToken = async (env: Environment, options: TokenOptions): Promise<number> => {
  process.stdout.write(`${await createToken(env, options)}\n`);
  return OK;
};

/** Throws `ConfigError` when the environment has no secret to sign with, `UsageError` when an option is wrong. */
export const createToken = async (env: Environment, options: TokenOptions): Promise<string> => {
  const {
    secret,
    issuer,
    audience,
    clientId,
    subjectClaim,
    sessionClaim,
    algorithms,
    type = 'JWT',
  } = await readSigning(env);
  const { subject, session, ttl, claim = [] } = options;
  const issuedAt = Math.floor(Date.now() / 1000);
  const alg = algorithmsFor(secret).find((able) => algorithms?.includes(able) ?? true) ?? 'HS256';
  return sign(
    secret,
    { alg, typ: type },
    {
      ...claimsOf(claim, new Map([[sessionClaim, 'use --session'], [subjectClaim, 'use --subject'], ...RESERVED])),
      ...(session !== undefined && sessionOf(session, sessionClaim)),
      ...(issuer !== undefined && { iss: issuer[0] }),
      ...(audience !== undefined && { aud: audience[0] }),
      ...(clientId !== undefined && { client_id: clientId[0] }),
      [subjectClaim]: validName('--subject', subject),
      iat: issuedAt,
      exp: issuedAt + ttl,
    },
  );
};

const IN_PRODUCTION: Problem = {
  name: 'NODE_ENV',
  problem: 'expected development or test: in production only your identity provider signs JWTs',
};

const NO_SECRET: Problem = {
  name: 'JWT_SECRET',
  problem: 'expected a secret to sign with, the same as for "ticketd serve"; make one with "openssl rand -base64 48"',
};

const readSigning = async (env: Environment) => {
  const problems = [
    ...(env.NODE_ENV === 'production' ? [IN_PRODUCTION] : []),
    ...(env.JWT_SECRET || env.JWT_SECRET_FILE ? [] : [NO_SECRET]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const { jwt } = await readSections(['runtime', 'jwt'], env);
  const [secret] = secretKeysOf(jwt);
  if (secret === undefined) throw new ConfigError([NO_SECRET]);
  return { ...jwt, secret };
};

/** The claims that ticketd sets, with what sets them. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['sub', 'use --subject'],
  ['exp', 'use --ttl'],
  ['iat', 'it is the current time'],
  ['iss', 'set JWT_ISSUER'],
  ['aud', 'set JWT_AUDIENCE'],
]);

const claimsOf = (texts: readonly string[], reserved: ReadonlyMap<string, string>): object => {
  const claims = new Map<string, unknown>();
  for (const text of texts) {
    const [key, value] = splitClaim(text);
    if (reserved.has(key)) throw new UsageError(`--claim ${key}: ticketd sets this claim: ${reserved.get(key)}`);
    if (claims.has(key)) throw new UsageError(`--claim ${key}: expected once, found twice`);
    claims.set(key, parsed(value));
  }
  return Object.fromEntries(claims);
};

const splitClaim = (text: string): readonly [string, string] => {
  const end = text.indexOf('=');
  if (end < 1) throw new UsageError(`--claim ${text}: expected name=value, such as role=admin`);
  return [text.slice(0, end), text.slice(end + 1)];
};

/** JSON where it is JSON, else the text itself. */
const parsed = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

const sessionOf = (session: string, sessionClaim: string): object => {
  if (RESERVED.has(sessionClaim))
    throw new UsageError(`--session: JWT_SESSION_CLAIM is "${sessionClaim}": ${RESERVED.get(sessionClaim)}`);
  return { [sessionClaim]: validName('--session', session) };
};

const validName = (option: string, text: string): string => {
  if (isText(text, MAX_NAME_CHARACTERS)) return text;
  throw new UsageError(`${option}: expected 1 to ${MAX_NAME_CHARACTERS} characters`);
};

// RFC 7515, section 7.1.
const sign = (
  secret: KeyObject,
  header: { readonly alg: JwtAlgorithm; readonly typ: string },
  claims: object,
): string => {
  const content = [header, claims].map(encode).join('.');
  return `${content}.${createHmac(`sha${header.alg.slice(2)}`, secret)
    .update(content)
    .digest('base64url')}`;
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
