import { isText } from '../protocol/text.ts';
import { TokenRejected } from './errors.ts';

/** Who asks for a ticket, as the JWT says. */
export interface Caller {
  /** The JWT's `iss`: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** When the JWT expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

const MAX_NAME_CHARACTERS = 1024;
// The last instant that a Date can hold, in seconds (ECMA-262, 21.4.1.1).
const MAX_SECONDS = 8_640_000_000_000;

type Claims = Readonly<Record<string, unknown>>;

/** Reads the caller from a verified JWT's claims; `sub` and `exp` must be there, or it throws `TokenRejected`. */
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

const expiryOf = ({ exp }: Claims): number => {
  if (typeof exp !== 'number' || !(exp <= MAX_SECONDS))
    throw new TokenRejected('exp must be there, as seconds since the epoch');
  return exp * 1000;
};

const isName = (value: unknown): value is string => isText(value, MAX_NAME_CHARACTERS);
