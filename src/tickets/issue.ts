import { RequestError } from '../errors/request-error.ts';
import type { Binding, Caller } from './binding.ts';
import { MIN_TTL_MS } from './lifetime.ts';
import { encodePayload } from './payload.ts';
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
  readonly now?: () => number;
}

export type IssueTicket = (caller: Caller, binding: Binding) => Promise<IssuedTicket>;

/**
 * Makes the function that issues tickets. A ticket never outlives its JWT; one with less than a second to live is
 * refused with `AUTH_TOKEN_INVALID`, one that cannot be kept with `WS_TICKET_REDIS_NOT_READY`.
 */
export const createIssuer =
  ({ store, ttlSeconds, now = Date.now }: IssuerOptions): IssueTicket =>
  async (caller, binding) => {
    const issuedAt = now();
    const ttlMs = Math.floor(Math.min(ttlSeconds * 1000, caller.expiresAt - issuedAt));
    if (ttlMs < MIN_TTL_MS) throw new RequestError('AUTH_TOKEN_INVALID', 'The token has expired');
    const ticket = newTicket();
    const digest = digestOf(ticket);
    const expiresAt = issuedAt + ttlMs;
    await store.put(digest, encodePayload({ ...caller, ...binding, issuedAt, ticketExpiresAt: expiresAt }), ttlMs);
    return {
      ticket,
      ticketId: ticketIdOf(digest),
      expiresIn: Math.floor(ttlMs / 1000),
      expiresAt: new Date(expiresAt),
    };
  };
