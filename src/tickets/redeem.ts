import type { RejectReason } from '../protocol/reject-reason.ts';
import { OutcomeUnknown } from './errors.ts';
import { decodePayload, type TicketRecord } from './record.ts';
import { revocationKeysOf } from './revoke.ts';
import type { TicketStore } from './store.ts';
import { digestOf, isTicket, ticketIdOf } from './ticket.ts';

/** What a gateway reports about the handshake that a ticket came with. */
export interface Presentation {
  readonly ticket: string;
  /** The audience of the gateway; a ticket for another one is rejected. */
  readonly audience: string | undefined;
  /** The `Origin` of the handshake; `null` if it had none, `undefined` if the gateway does not report it. */
  readonly origin: string | null | undefined;
}

/** A rejected ticket; with its record, if there is one. */
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
  readonly store: Pick<TicketStore, 'take' | 'revocationIds'>;
}

/**
 * Makes the function that redeems tickets. Any attempt with a live ticket consumes it, whatever its result, and exactly
 * one attempt gets `redeemed`. It reads no clock: a ticket ends when the store deletes it. Throws `StoreUnavailable` if
 * the ticket is untouched, `OutcomeUnknown` if it may be spent.
 */
export const createRedeemer =
  ({ store }: RedeemerOptions): RedeemTicket =>
  async (presentation) => {
    const { ticket } = presentation;
    if (!isTicket(ticket)) return { outcome: 'rejected', reason: 'malformed' };
    const digest = digestOf(ticket);
    const ticketId = ticketIdOf(digest);
    const taken = await store.take(digest);
    if (taken.state !== 'live') return { outcome: 'rejected', reason: taken.state, ticketId };
    const record = decodePayload(taken.payload);
    const reason = mismatchOf(record, presentation) ?? (await revocationOf(record, store));
    return reason === undefined
      ? { outcome: 'redeemed', ticketId, record }
      : { outcome: 'rejected', reason, ticketId, record };
  };

const mismatchOf = (record: TicketRecord, { audience, origin }: Presentation): RejectReason | undefined => {
  if (record.audience !== undefined && record.audience !== audience) return 'audience';
  const originFits = record.origin === undefined || origin === undefined || record.origin === origin;
  return originFits ? undefined : 'origin';
};

/**
 * A stored id that is not in the record is that of a later revocation. No stored id means none: a revocation is stored
 * for longer than the tickets that it voids.
 */
const revocationOf = async (record: TicketRecord, store: RedeemerOptions['store']): Promise<'revoked' | undefined> => {
  const stored = await store.revocationIds(revocationKeysOf(record)).catch((cause) => {
    // The ticket is taken already, and whether it was good is not known.
    throw new OutcomeUnknown({ cause });
  });
  const isLater = (id: string | null, index: number) => id !== null && id !== record.revocationIds?.[index];
  return stored.some(isLater) ? 'revoked' : undefined;
};
