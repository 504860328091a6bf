import { hash } from 'node:crypto';
import type { Caller } from './binding.ts';

type Holder = Pick<Caller, 'subject' | 'sessionId'>;

/** The name under which a subject's tickets are revoked: of one length, and it tells nobody who that is. */
export const subjectHolder = ({ subject }: Holder): string => `u:${digest([subject])}`;

/**
 * The same for one session, or for all that a subject does outside any. Within its subject, so that nobody can end
 * another's session by its id.
 */
export const sessionHolder = ({ subject, sessionId }: Holder): string => `s:${digest([subject, sessionId])}`;

/** All under which a ticket of this caller may have been revoked. */
export const holdersOf = (holder: Holder): readonly string[] => [subjectHolder(holder), sessionHolder(holder)];

const digest = (parts: readonly unknown[]): string => hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
