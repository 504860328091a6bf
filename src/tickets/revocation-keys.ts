import { hash } from 'node:crypto';
import type { Caller } from '../auth/caller.ts';
import type { Mark } from './store.ts';

type Session = Pick<Caller, 'issuer' | 'subject' | 'sessionId'>;

/** What a ticket or a caller can be revoked by. */
export interface Revocable extends Session {
  /** Keys beside those of its subject and its session. */
  readonly otherKeys?: readonly string[] | undefined;
}

export interface RevocableOptions {
  /** Whether back ends may leave out the issuer, since no variable names it; `false` by default. */
  readonly anyIssuer?: boolean | undefined;
}

/** What a caller can be revoked by, and each of its tickets. */
export const revocableOf = (caller: Caller, { anyIssuer = false }: RevocableOptions): Revocable => {
  const { issuer, subject, sessionId, sid, sub } = caller;
  const otherKeys = [
    ...(sid === undefined ? [] : [providerSessionKey(issuer, sid)]),
    ...(sub === undefined ? [] : [providerSubjectKey(issuer, sub)]),
    ...(anyIssuer && issuer !== undefined ? [subjectOfAnyIssuerKey(caller), sessionOfAnyIssuerKey(caller)] : []),
  ];
  return { issuer, subject, sessionId, otherKeys: otherKeys.length > 0 ? otherKeys : undefined };
};

/** All keys under which a ticket can be revoked: always in the same order, that of its record's `revocationIds`. */
export const revocationKeysOf = (revocable: Revocable): readonly string[] => [
  subjectKey(revocable),
  sessionKey(revocable),
  ...(revocable.otherKeys ?? []),
];

/** The marks of one kind under all of these keys, in the same order. */
export const marksOf = (kind: Mark['kind'], revocable: Revocable): readonly Mark[] =>
  revocationKeysOf(revocable).map((key) => ({ kind, key }));

/** The key of a subject of an issuer: all keys have one length, and none shows whose it is. */
export const subjectKey = ({ issuer, subject }: Omit<Session, 'sessionId'>): string =>
  digest(['subject', issuer, subject]);

/**
 * The key of one session, or of all that a subject does outside any session. It is within its subject, so that no other
 * caller can end a session by its id.
 */
export const sessionKey = ({ issuer, subject, sessionId }: Session): string =>
  digest(['session', issuer, subject, sessionId]);

/** The key of a session by the `sid` of its issuer, whose logout tokens may name no subject. */
export const providerSessionKey = (issuer: string | undefined, sid: string): string => digest(['sid', issuer, sid]);

/** The key of a subject by its `sub`, where the subject of tickets is another claim. */
export const providerSubjectKey = (issuer: string | undefined, sub: string): string => digest(['sub', issuer, sub]);

/** The same as `subjectKey` and `sessionKey`, whatever the issuer: for back ends that do not name it. */
export const subjectOfAnyIssuerKey = ({ subject }: Pick<Session, 'subject'>): string =>
  digest(['subject of any issuer', subject]);

export const sessionOfAnyIssuerKey = ({ subject, sessionId }: Omit<Session, 'issuer'>): string =>
  digest(['session of any issuer', subject, sessionId]);

// JSON, so that no two lists of parts have the same text; an absent part becomes null.
const digest = (parts: readonly (string | undefined)[]): string =>
  hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
