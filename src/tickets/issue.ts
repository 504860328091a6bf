import { RequestError } from '../errors/request-error.ts';
import type { Binding, Caller } from './binding.ts';
import { subjectHolder } from './holders.ts';
import { MIN_TTL_MS } from './lifetime.ts';
import { encodePayload, type TicketRecord } from './payload.ts';
import { createRateLimiter, type RateLimit } from './rate-limit.ts';
import type { TicketStore } from './store.ts';
import { digestOf, newTicket, ticketIdOf } from './ticket.ts';

export interface IssuedTicket {
  readonly ticket: string;
  readonly ticketId: string;
  /** Whole seconds, rounded down. */
  readonly expiresIn: number;
  readonly expiresAt: Date;
}

export interface IssuerOptions {
  readonly store: TicketStore;
  readonly ttlSeconds: number;
  readonly rateLimit?: RateLimit;
  readonly now?: () => number;
}

export type IssueTicket = (caller: Caller, binding: Binding) => Promise<IssuedTicket>;

/**
 * Makes the function that issues tickets. A ticket never outlives its JWT; one with less than a second to live is
 * refused with `AUTH_TOKEN_INVALID`, one beyond the rate limit with `WS_TICKET_RATE_LIMITED`, and one that cannot be
 * kept or counted with `WS_TICKET_REDIS_NOT_READY`.
 */
export const createIssuer = ({ store, ttlSeconds, rateLimit, now = Date.now }: IssuerOptions): IssueTicket => {
  const keep = rateLimit === undefined ? keepAlways(store) : keepWithin(rateLimit, store);
  return async (caller, binding) => {
    const issuedAt = now();
    const ttlMs = Math.floor(Math.min(ttlSeconds * 1000, caller.expiresAt - issuedAt));
    if (ttlMs < MIN_TTL_MS) throw new RequestError('AUTH_TOKEN_INVALID', 'The token has expired');
    const ticket = newTicket();
    const digest = digestOf(ticket);
    const expiresAt = issuedAt + ttlMs;
    const payload = encodePayload(recordOf(caller, binding, { issuedAt, ticketExpiresAt: expiresAt }));
    await keep(caller, { digest, payload, ttlMs });
    return {
      ticket,
      ticketId: ticketIdOf(digest),
      expiresIn: Math.floor(ttlMs / 1000),
      expiresAt: new Date(expiresAt),
    };
  };
};

// Field by field: spreading objects whose fields differ costs V8 several microseconds.
const recordOf = (
  { subject, sessionId, expiresAt }: Caller,
  { audience, channel, origin, traceId }: Binding,
  { issuedAt, ticketExpiresAt }: Pick<TicketRecord, 'issuedAt' | 'ticketExpiresAt'>,
): TicketRecord => ({
  subject,
  sessionId,
  expiresAt,
  audience,
  channel,
  origin,
  traceId,
  issuedAt,
  ticketExpiresAt,
});

interface Kept {
  readonly digest: string;
  readonly payload: string;
  readonly ttlMs: number;
}

type Keep = (caller: Caller, kept: Kept) => Promise<unknown>;

const keepAlways =
  (store: TicketStore): Keep =>
  (_caller, { digest, payload, ttlMs }) =>
    store.put(digest, payload, ttlMs);

const keepWithin = (limit: RateLimit, store: TicketStore): Keep => {
  const limiter = createRateLimiter({ limit, store });
  return async (caller, { digest, payload, ttlMs }) => {
    const holder = subjectHolder(caller);
    limiter.demandRoom(holder);
    // Both at once, so that the limit costs no round trip of its own.
    const counted = limiter.count(holder);
    counted.catch(() => store.forget(digest).catch(() => {}));
    await Promise.all([counted, store.put(digest, payload, ttlMs)]);
  };
};
