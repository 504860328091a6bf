import { type Caller, MIN_TTL_MS } from '../auth/caller.ts';
import { TokenRejected } from '../auth/errors.ts';
import type { RateLimit } from '../config/parsers.ts';
import { createEndedSessionCheck, rejectIfEnded } from './ended-session.ts';
import { createRateLimiter } from './rate-limit.ts';
import { type Binding, encodePayload, type TicketRecord } from './record.ts';
import { marksOf, type Revocable, type RevocableOptions, revocableOf, subjectKey } from './revocation-keys.ts';
import type { TicketStore } from './store.ts';
import { digestOf, newTicket, ticketIdOf } from './ticket.ts';

export interface IssuedTicket {
  readonly ticket: string;
  readonly ticketId: string;
  /** Whole seconds, rounded down. */
  readonly expiresIn: number;
  readonly expiresAt: Date;
}

export interface IssuerOptions extends RevocableOptions {
  readonly store: TicketStore;
  readonly ttlSeconds: number;
  readonly rateLimit?: RateLimit;
  readonly now?: () => number;
}

export type IssueTicket = (caller: Caller, binding: Binding) => Promise<IssuedTicket>;

/**
 * Makes the function that issues tickets. A ticket never outlives its JWT. Throws `TokenRejected` if the JWT has less
 * than a second to live or its session has ended, `RateLimited` beyond the rate limit, `StoreUnavailable` if the ticket
 * cannot be stored or counted.
 */
export const createIssuer = ({
  store,
  ttlSeconds,
  rateLimit,
  anyIssuer,
  now = Date.now,
}: IssuerOptions): IssueTicket => {
  const save = rateLimit === undefined ? saveWithRevocations(store) : saveWithinLimit(rateLimit, store);
  return async (caller, binding) => {
    const issuedAt = now();
    const ttlMs = Math.floor(Math.min(ttlSeconds * 1000, caller.expiresAt - issuedAt));
    if (ttlMs < MIN_TTL_MS) throw new TokenRejected('expired', 'it is about to expire, or has');
    const ticket = newTicket();
    const digest = digestOf(ticket);
    const expiresAt = issuedAt + ttlMs;
    // Redis ends the ticket after `ttlMs` (`PX` in redis/ticket-store.ts): no redeem compares it with a clock.
    const record = recordOf(revocableOf(caller, { anyIssuer }), binding, {
      claims: caller.claims,
      expiresAt: caller.expiresAt,
      issuedAt,
      ticketExpiresAt: expiresAt,
    });
    await save({ caller, digest, record, ttlMs });
    return {
      ticket,
      ticketId: ticketIdOf(digest),
      expiresIn: Math.floor(ttlMs / 1000),
      expiresAt: new Date(expiresAt),
    };
  };
};

type FromJwtAndClock = Pick<TicketRecord, 'claims' | 'expiresAt' | 'issuedAt' | 'ticketExpiresAt'>;

// Field by field: spreading objects whose fields differ costs V8 several microseconds.
const recordOf = (
  { issuer, subject, sessionId, otherKeys }: Revocable,
  { audience, channel, origin, path, traceId }: Binding,
  { claims, expiresAt, issuedAt, ticketExpiresAt }: FromJwtAndClock,
): TicketRecord => ({
  issuer,
  subject,
  sessionId,
  expiresAt,
  audience,
  channel,
  claims,
  origin,
  path,
  traceId,
  issuedAt,
  ticketExpiresAt,
  otherKeys,
  revocationIds: undefined,
});

interface NewTicket {
  readonly caller: Caller;
  readonly digest: string;
  readonly record: TicketRecord;
  readonly ttlMs: number;
}

type SaveTicket = (ticket: NewTicket) => Promise<void>;

/**
 * Stores a ticket with the ids of the revocations before it, which do not void it. One round trip writes the record and
 * reads the marks of revocations. Only if there are any, a second one writes the record again with their ids, before the
 * client has its ticket. A revocation after the read is not in the record, and so voids the ticket. The second one also
 * reads the ends again: in a cluster the first may have read them before the ids, and an end is stored before its id.
 */
const saveWithRevocations = (store: TicketStore): SaveTicket => {
  const rejectIfEndedNow = createEndedSessionCheck(store);
  return async ({ caller, digest, record, ttlMs }) => {
    const revocationMarks = marksOf('revocation', record);
    const [, marks] = await Promise.all([
      store.put(digest, encodePayload(record), ttlMs),
      store.marks([...revocationMarks, ...marksOf('ended', record)]),
    ]);
    const revocationIds = marks.slice(0, revocationMarks.length);
    rejectIfEnded(marks.slice(revocationMarks.length), caller);
    if (revocationIds.every((id) => id === null)) return;
    const payload = encodePayload({ ...record, revocationIds });
    await Promise.all([store.replace(digest, payload), rejectIfEndedNow(caller, record)]);
  };
};

const saveWithinLimit = (limit: RateLimit, store: TicketStore): SaveTicket => {
  const limiter = createRateLimiter({ limit, store });
  const save = saveWithRevocations(store);
  return async (ticket) => {
    const key = subjectKey(ticket.record);
    limiter.rejectIfOverLimit(key);
    // Saved first: a JWT of an ended session, which it rejects, must not use up the limit of a new login.
    await save(ticket);
    const counted = limiter.count(key);
    counted.catch(() => store.forget(ticket.digest).catch(() => {}));
    await counted;
  };
};
