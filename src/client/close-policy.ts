import type { AttemptReason } from './types.ts';

/** What follows the end of a connection. */
export interface AfterClose {
  /** No other attempt is made. */
  readonly final: boolean;
  /** Why another attempt is made. */
  readonly why: AttemptReason;
  /** The failures before this connection no longer count. */
  readonly fresh: boolean;
  /** The least wait that the server asks for. */
  readonly floorMs: number;
  /** The wait is a random share of this instead of the backoff. */
  readonly spreadMs: number | undefined;
}

/** `livedMs` is left out where the handshake failed. */
export type ClosePolicy = (code: number, livedMs?: number) => AfterClose;

/** Close codes of ticketd/gateway: the JWT that the ticket was issued for expired, the ticket was not redeemable. */
const SESSION_EXPIRED = 4003;
const TICKET_REFUSED = 4004;
/** "Try Again Later" in the registry of close codes that RFC 6455 set up. */
const TRY_AGAIN_LATER = 1013;

const NEVER_OPEN = -1;
/** The `Retry-After` of ticketd: a gateway that cannot ask it has no way to pass that on. */
const TRY_AGAIN_LATER_MS = 2000;
/** A shorter session ended before it was of use: without backoff, JWTs that are about to expire would make a loop. */
const SHORTEST_SESSION_MS = 1000;
/** Sessions that began together end together. */
const SESSION_SPREAD_MS = 1000;
/** A ticket can get lost, but not one after the other: then the gateway asks another ticketd or is of another audience. */
const MOST_REFUSED_TICKETS = 5;

const REASONS: Readonly<Record<number, AttemptReason>> = { [SESSION_EXPIRED]: 'expired', [TICKET_REFUSED]: 'refused' };

/** Decides by the close code and by how long the connection lived; counts refused tickets in a row. */
export const createClosePolicy = (finalCodes: readonly number[], stableAfterMs: number): ClosePolicy => {
  let refusedTickets = 0;
  return (code, livedMs = NEVER_OPEN) => {
    const stable = livedMs >= stableAfterMs;
    refusedTickets = code === TICKET_REFUSED && !stable ? refusedTickets + 1 : 0;
    const sessionOver = code === SESSION_EXPIRED && livedMs >= SHORTEST_SESSION_MS;
    return {
      final: finalCodes.includes(code) || refusedTickets === MOST_REFUSED_TICKETS,
      why: livedMs === NEVER_OPEN ? 'handshake' : (REASONS[code] ?? 'closed'),
      fresh: stable || sessionOver,
      floorMs: code === TRY_AGAIN_LATER ? TRY_AGAIN_LATER_MS : 0,
      spreadMs: sessionOver ? SESSION_SPREAD_MS : undefined,
    };
  };
};
