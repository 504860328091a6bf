import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { signedByHand } from '../forged-jwt.ts';

/** What it is, why it must not pass, the `Authorization` header that brings it, and what it is refused as. */
export type HostileJwt = readonly [what: string, why: string, authorization: string, expected: ErrorCode];

export const INVALID = 'AUTH_TOKEN_INVALID';
export const MISSING = 'AUTH_TOKEN_MISSING';

export const NOW = Math.floor(Date.now() / 1000);
export const CLAIMS = { sub: 'mallory', exp: NOW + 3600 };

export const bearer = (jwt: string): string => `Bearer ${jwt}`;

/** With a signature that is right, so that only what the row is about can be the reason. */
export const hs256 = (...forgery: Parameters<typeof signedByHand>): string => bearer(signedByHand(...forgery));
