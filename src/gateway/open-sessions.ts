import type { Admission } from './admission.ts';
import type { OpenSocket } from './open-sockets.ts';

/** The open sockets of a subject. */
export interface OpenSession {
  readonly issuer: string | undefined;
  readonly subject: string;
  /** How many sockets are open. */
  readonly sockets: number;
  /** The sessions of these sockets, each once. */
  readonly sessionIds: readonly string[];
}

/** Which sockets to close: those of a session, or all of a subject. */
export interface SessionSelector {
  /** By default the issuer does not matter. */
  readonly issuer?: string | undefined;
  readonly subject: string;
  /** By default the session does not matter. */
  readonly sessionId?: string | undefined;
}

/** One entry for each subject that has open sockets. */
export const listSessions = (sockets: readonly OpenSocket[]): readonly OpenSession[] => {
  const admissions = new Map<string, Admission[]>();
  for (const { admission } of sockets) {
    const name = JSON.stringify([admission.issuer, admission.subject]);
    const others = admissions.get(name);
    if (others === undefined) admissions.set(name, [admission]);
    else others.push(admission);
  }
  return [...admissions.values()].flatMap(sessionOf);
};

const sessionOf = (admissions: readonly Admission[]): readonly OpenSession[] => {
  const [first] = admissions;
  if (first === undefined) return [];
  const sessionIds = new Set(admissions.flatMap(({ sessionId }) => sessionId ?? []));
  return [{ issuer: first.issuer, subject: first.subject, sockets: admissions.length, sessionIds: [...sessionIds] }];
};

/** Whether a selector means the socket of this admission. */
export const isSelected = (admission: Admission, { issuer, subject, sessionId }: SessionSelector): boolean =>
  admission.subject === subject &&
  (issuer === undefined || admission.issuer === issuer) &&
  (sessionId === undefined || admission.sessionId === sessionId);
