import { OutcomeUnknown } from './errors.ts';
import { decodePayload, type TicketRecord } from './record.ts';
import { revocationKeysOf } from './revocation-keys.ts';
import type { TicketStore } from './store.ts';
import { digestOf, isTicket, ticketIdOf } from './ticket.ts';

/** Why a ticket was refused: for the log and the metrics, never for the caller. */
export type RejectReason = 'unknown' | 'malformed' | 'used' | 'revoked' | 'audience' | 'origin';

/** What a gateway says of the connection that a ticket came with. */
export interface Presentation {
  readonly ticket: string;
  /** Which gateway this is; a ticket for another is refused. */
  readonly audience: string | undefined;
  /** The handshake's `Origin`; `null` where it had none, `undefined` where the gateway does not say. */
  readonly origin: string | null | undefined;
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
  readonly store: Pick<TicketStore, 'take' | 'revocationIds'>;
}

/**
 * Makes the function that redeems tickets. Any attempt with a live ticket burns it, whatever comes of it, and exactly
 * one gets `redeemed`. It asks no clock: a ticket ends when the store drops it. Throws
 * `StoreUnavailable` where the ticket was not touched, and `OutcomeUnknown` where it may be spent.
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
 * A stored id that the record lacks is that of a later revocation. One that is not stored any more, or was never, says
 * nothing: a revocation is stored for longer than the tickets that it voids.
 */
const revocationOf = async (record: TicketRecord, store: RedeemerOptions['store']): Promise<'revoked' | undefined> => {
  const stored = await store.revocationIds(revocationKeysOf(record)).catch((cause) => {
    // The ticket is taken already, and whether it was good is not known.
    throw new OutcomeUnknown({ cause });
  });
  const isLater = (id: string | null, index: number) => id !== null && id !== record.revocationIds?.[index];
  return stored.some(isLater) ? 'revoked' : undefined;
};
