import type { RejectReason } from '../protocol/reject-reason.ts';
import type { Position } from '../protocol/revocation-entry.ts';
import { OutcomeUnknown } from './errors.ts';
import { mismatchOf, type Presentation } from './presentation.ts';
import { decodePayload, type TicketRecord } from './record.ts';
import { marksOf } from './revocation-keys.ts';
import type { RevocationLog } from './revocation-log.ts';
import type { TicketStore } from './store.ts';
import { digestOf, isTicket, ticketIdOf } from './ticket.ts';

/** A rejected ticket; with its record, if there is one. */
export interface Rejection {
  readonly outcome: 'rejected';
  readonly reason: RejectReason;
  readonly ticketId?: string;
  readonly record?: TicketRecord;
}

/** A ticket that was taken, by this caller alone. */
export interface Redeemed {
  readonly outcome: 'redeemed';
  readonly ticketId: string;
  readonly record: TicketRecord;
  /** Every revocation up to here was considered; `undefined` where the log cannot be read. */
  readonly revocationPosition: Position | undefined;
}

export type Redemption = Redeemed | Rejection;

export type RedeemTicket = (presentation: Presentation) => Promise<Redemption>;

export interface RedeemerOptions {
  readonly store: Pick<TicketStore, 'take' | 'marks'>;
  readonly log: Pick<RevocationLog, 'recentPosition' | 'lastPosition'>;
}

/**
 * Makes the function that redeems tickets. Any attempt with a live ticket consumes it, whatever its result, and exactly
 * one attempt gets `redeemed`. It reads no clock: a ticket ends when the store deletes it. Throws `StoreUnavailable` if
 * the ticket is untouched, `OutcomeUnknown` if it may be spent.
 */
export const createRedeemer =
  ({ store, log }: RedeemerOptions): RedeemTicket =>
  async (presentation) => {
    const { ticket } = presentation;
    if (!isTicket(ticket)) return { outcome: 'rejected', reason: 'malformed' };
    const digest = digestOf(ticket);
    const ticketId = ticketIdOf(digest);
    const recent = log.recentPosition();
    const taken = await store.take(digest);
    if (taken.state !== 'live') return { outcome: 'rejected', reason: taken.state, ticketId };
    const record = decodePayload(taken.payload);
    const mismatch = mismatchOf(record, presentation);
    if (mismatch !== undefined) return { outcome: 'rejected', reason: mismatch, ticketId, record };
    const revocationPosition = await positionFor(record, recent, log);
    const reason = await revocationOf(record, store);
    return reason === undefined
      ? { outcome: 'redeemed', ticketId, record, revocationPosition }
      : { outcome: 'rejected', reason, ticketId, record };
  };

/**
 * Read before the ids of revocations: every entry up to it has its id stored already. The position that this process
 * knows may be older than the ticket, which is enough if the record has no ids. If it has some, a revocation before the
 * ticket would close the socket of a newer login.
 */
const positionFor = async (
  { revocationIds }: TicketRecord,
  recent: Position | undefined,
  log: RedeemerOptions['log'],
): Promise<Position | undefined> => {
  if (recent !== undefined && revocationIds === undefined) return recent;
  return log.lastPosition().catch(() => undefined);
};

/**
 * A stored id that is not in the record is that of a later revocation. No stored id means none: a revocation is stored
 * for longer than the tickets that it voids.
 */
const revocationOf = async (record: TicketRecord, store: RedeemerOptions['store']): Promise<'revoked' | undefined> => {
  const stored = await store.marks(marksOf('revocation', record)).catch((cause) => {
    // The ticket is taken already, and whether it was good is not known.
    throw new OutcomeUnknown({ cause });
  });
  const isLater = (id: string | null, index: number) => id !== null && id !== record.revocationIds?.[index];
  return stored.some(isLater) ? 'revoked' : undefined;
};
