import {
  type RevocableOptions,
  sessionKey,
  sessionOfAnyIssuerKey,
  subjectKey,
  subjectOfAnyIssuerKey,
} from './revocation-keys.ts';
import type { Revoke } from './revoke.ts';

/** Whose sessions a back end ends: one session, or all of a subject. */
export interface SessionsToEnd {
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** By default the only one that is configured; else none. */
  readonly issuer: string | undefined;
}

export type EndSessions = (sessions: SessionsToEnd) => Promise<void>;

export interface SessionEnderOptions extends RevocableOptions {
  readonly revoke: Revoke;
  /** The issuer that is meant where none is named. */
  readonly defaultIssuer: string | undefined;
  readonly now?: () => number;
}

/** Makes the function with which back ends end sessions. Throws `StoreUnavailable`. */
export const createSessionEnder =
  ({ revoke, defaultIssuer, anyIssuer = false, now = Date.now }: SessionEnderOptions): EndSessions =>
  async ({ subject, sessionId, issuer = defaultIssuer }) => {
    const sessions = { subject, sessionId, issuer };
    const isAny = anyIssuer && issuer === undefined;
    const keys =
      sessionId === undefined
        ? [subjectKey(sessions), ...(isAny ? [subjectOfAnyIssuerKey(sessions)] : [])]
        : [sessionKey(sessions), ...(isAny ? [sessionOfAnyIssuerKey(sessions)] : [])];
    await revoke({ keys, endedUntil: sessionId === undefined ? Math.floor(now() / 1000) : 'all' });
  };
