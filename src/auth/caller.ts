import koaJwt from 'koa-jwt';
import type { Config } from '../config/variables.ts';
import { describeError } from '../log/describe-error.ts';
import { MAX_NAME_CHARACTERS } from '../protocol/limits.ts';
import { isText } from '../protocol/text.ts';
import { KeysUnavailable, TokenRejected } from './errors.ts';
import { joseHeaderReader, unverifiedIssuedAt } from './jose-header.ts';
import type { KeyLookup, KeySource } from './key-source.ts';

/** Who asks for a ticket, as the JWT says. */
export interface Caller {
  /** The JWT's `iss`: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** When the JWT expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The caller of a JWT; throws `TokenRejected` if it is not valid, `KeysUnavailable` if its key cannot be fetched now. */
export type Authenticate = (jwt: string) => Promise<Caller>;

type Claims = Readonly<Record<string, unknown>>;
type JwtSettings = Config['jwt'];

/** Makes the function that verifies the header, the signature, the times and the claims of a JWT. */
export const createAuthentication = (settings: JwtSettings, keys: KeySource): Authenticate => {
  const headerOf = joseHeaderReader(keys.algorithms);
  const verify = createVerifier(settings, keys);
  return async (jwt) => {
    const lookup = await keys.keysFor(headerOf(jwt), () => unverifiedIssuedAt(jwt));
    const claims = await verify(jwt, keysIn(lookup));
    rejectIssuedAhead(claims, settings.clockToleranceSeconds);
    return callerOf(claims, settings.sessionClaim);
  };
};

const keysIn = (lookup: KeyLookup) => {
  if (lookup.outcome === 'unavailable') throw new KeysUnavailable(lookup.reason, lookup.retryAfterMs);
  if (lookup.keys.length === 0) throw new TokenRejected('there is no key for its header');
  return lookup.keys;
};

/** koa-jwt verifies what it finds in the context of a request; this is all of one that it uses. */
const createVerifier = ({ issuer, audience, clockToleranceSeconds }: JwtSettings, { algorithms }: KeySource) => {
  const options: koaJwt.Options & { clockTolerance: number } = {
    // The keys of each JWT are in the state, where koa-jwt looks first.
    secret: [],
    key: 'claims',
    getToken: ({ state: { jwt } }) => jwt,
    algorithms: [...algorithms],
    // koa-jwt passes on to jsonwebtoken what its own types do not name.
    clockTolerance: clockToleranceSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  const verify = koaJwt(options);
  return async (jwt: string, secret: readonly unknown[]): Promise<Claims> => {
    const state: { jwt: string; secret: readonly unknown[]; claims?: unknown } = { jwt, secret };
    await verify({ state, throw: rejectFor } as never, noopNext);
    if (!isObject(state.claims)) throw new TokenRejected('its payload is not an object');
    return state.claims;
  };
};

const noopNext = async (): Promise<void> => {};

// What jsonwebtoken throws has the reason in its message, but JSON.parse quotes the JWT.
const rejectFor = (_status: number, _message: string, { originalError }: { originalError?: unknown } = {}) => {
  if (originalError instanceof SyntaxError) throw new TokenRejected('its payload is not JSON');
  throw new TokenRejected(describeError(originalError).error);
};

const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null;

/**
 * Rejects a JWT whose `iat` (RFC 7519, 4.1.6) is ahead of our clock, or is no number: the clock of its issuer is wrong,
 * or its claims are.
 */
export const rejectIssuedAhead = ({ iat }: Claims, toleranceSeconds: number): void => {
  if (iat === undefined) return;
  if (typeof iat !== 'number') throw new TokenRejected('its iat is not a number');
  if (iat > Date.now() / 1000 + toleranceSeconds) throw new TokenRejected('its iat is in the future');
};

/** Reads the caller from the claims of a verified JWT; throws `TokenRejected` if `sub` or `exp` is missing. */
export const callerOf = (claims: Claims, sessionClaim: string): Caller => ({
  issuer: issuerOf(claims),
  subject: subjectOf(claims),
  sessionId: sessionOf(claims, sessionClaim),
  expiresAt: expiryOf(claims),
});

// RFC 7519, section 4.1.1. Dropping it would mix its subjects with those of no issuer.
const issuerOf = (claims: Claims): string | undefined => {
  const issuer = claims.iss ?? undefined;
  if (issuer === undefined || isName(issuer)) return issuer;
  throw new TokenRejected('iss must be a string of 1 to 1,024 characters');
};

const subjectOf = ({ sub }: Claims): string => {
  if (!isName(sub)) throw new TokenRejected('sub must be a string of 1 to 1,024 characters');
  return sub;
};

const sessionOf = (claims: Claims, sessionClaim: string): string | undefined => {
  const session = claims[sessionClaim] ?? claims.sid ?? undefined;
  if (session === undefined || isName(session)) return session;
  // Dropping it would let the ticket escape when the session is revoked.
  throw new TokenRejected('the session claim must be a string of 1 to 1,024 characters');
};

// The last instant that a Date can represent, in seconds (ECMA-262, 21.4.1.1).
const MAX_SECONDS = 8_640_000_000_000;

const expiryOf = ({ exp }: Claims): number => {
  if (typeof exp !== 'number' || !(exp <= MAX_SECONDS))
    throw new TokenRejected('exp must be there, as seconds since the epoch');
  return exp * 1000;
};

const isName = (value: unknown): value is string => isText(value, MAX_NAME_CHARACTERS);
