import { RequestError } from '../protocol/request-error.ts';
import { isText } from '../protocol/text.ts';
import type { Caller } from '../tickets/binding.ts';

const MAX_NAME_CHARACTERS = 1024;
// The last instant that a Date can hold, in seconds (ECMA-262, 21.4.1.1).
const MAX_SECONDS = 8_640_000_000_000;

type Claims = Readonly<Record<string, unknown>>;

/** Reads who calls from a verified JWT's claims; `sub` and `exp` must be there, or it is `AUTH_TOKEN_INVALID`. */
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
  throw invalid('iss must be a string of 1 to 1,024 characters');
};

const subjectOf = ({ sub }: Claims): string => {
  if (!isName(sub)) throw invalid('sub must be a string of 1 to 1,024 characters');
  return sub;
};

const sessionOf = (claims: Claims, sessionClaim: string): string | undefined => {
  const session = claims[sessionClaim] ?? claims.sid ?? undefined;
  if (session === undefined || isName(session)) return session;
  // Dropping it would let the ticket escape when the session is revoked.
  throw invalid('the session claim must be a string of 1 to 1,024 characters');
};

const expiryOf = ({ exp }: Claims): number => {
  if (typeof exp !== 'number' || !(exp <= MAX_SECONDS)) throw invalid('exp must be there, as seconds since the epoch');
  return exp * 1000;
};

const isName = (value: unknown): value is string => isText(value, MAX_NAME_CHARACTERS);

const invalid = (reason: string): RequestError =>
  new RequestError('AUTH_TOKEN_INVALID', 'The token is not valid', { cause: new Error(reason) });
