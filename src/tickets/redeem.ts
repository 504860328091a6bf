import { RequestError } from '../errors/request-error.ts';
import { holdersOf } from './holders.ts';
import { decodePayload, type TicketRecord } from './payload.ts';
import type { TicketStore } from './store.ts';
import { digestOf, isTicket, ticketIdOf } from './ticket.ts';

/** Why a ticket was refused: for the log and the metrics, never for the caller. */
export type RejectReason = 'unknown' | 'malformed' | 'used' | 'revoked' | 'audience' | 'origin';

/** What whoever redeems a ticket says of the connection that it came with. */
export interface Presentation {
  readonly ticket: string;
  /** Which gateway this is; a ticket for another is refused. */
  readonly audience: string | undefined;
  /** The handshake's `Origin`. */
  readonly origin: string | undefined;
  /** Whether the handshake was seen, so that a missing `Origin` means that it had none. */
  readonly originKnown: boolean;
}

/** A refused ticket; `record` where there was one. */
export interface Rejection {
  readonly outcome: 'rejected';
  readonly reason: RejectReason;
  readonly ticketId?: string;
  readonly record?: TicketRecord;
}

export type Redemption =
  | { readonly outcome: 'redeemed'; readonly ticketId: string; readonly record: TicketRecord }
  | Rejection;

export type RedeemTicket = (presentation: Presentation) => Promise<Redemption>;

export interface RedeemerOptions {
  readonly store: TicketStore;
  readonly now?: () => number;
}

/**
 * Makes the function that redeems tickets. Any attempt with a live ticket burns it, whatever comes of it, and exactly
 * one is told `redeemed`. Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` where the ticket was not touched, and
 * `WS_TICKET_OUTCOME_UNKNOWN` where it may be spent.
 */
export const createRedeemer =
  ({ store, now = Date.now }: RedeemerOptions): RedeemTicket =>
  async (presentation) => {
    const { ticket } = presentation;
    if (!isTicket(ticket)) return { outcome: 'rejected', reason: 'malformed' };
    const digest = digestOf(ticket);
    const ticketId = ticketIdOf(digest);
    const taken = await store.take(digest);
    if (taken.state !== 'live') return { outcome: 'rejected', reason: taken.state, ticketId };
    const record = decodePayload(taken.payload);
    const reason = mismatchOf(record, presentation, now()) ?? (await revocationOf(record, store));
    return reason === undefined
      ? { outcome: 'redeemed', ticketId, record }
      : { outcome: 'rejected', reason, ticketId, record };
  };

const mismatchOf = (record: TicketRecord, presented: Presentation, now: number): RejectReason | undefined => {
  // Redis' clock ends a ticket; ours is asked, too, since a restart from disk can bring an old one back.
  if (record.ticketExpiresAt <= now) return 'unknown';
  if (record.audience !== undefined && record.audience !== presented.audience) return 'audience';
  return originFits(record.origin, presented) ? undefined : 'origin';
};

const originFits = (bound: string | undefined, { origin, originKnown }: Presentation): boolean =>
  bound === undefined || bound === origin || (origin === undefined && !originKnown);

const revocationOf = async (record: TicketRecord, store: TicketStore): Promise<'revoked' | undefined> => {
  const until = await store.revokedUntil(holdersOf(record)).catch((cause) => {
    // The ticket is taken already, and whether it was good is not known.
    throw new RequestError('WS_TICKET_OUTCOME_UNKNOWN', 'The ticket may be spent: get a new one', { cause });
  });
  return record.issuedAt <= until ? 'revoked' : undefined;
};
