import type { Identity } from './redeemer.ts';
import type { UpgradeRefused } from './refused.ts';

/** A client that may come in. */
export interface Admission extends Identity {
  /** The handshake's, where it has one; the log of ticketd has it for the same redeem. */
  readonly traceId: string;
  /** The subprotocols that the client offers, without the ticket. */
  readonly protocols: readonly string[];
}

export interface Refused {
  readonly outcome: 'refused';
  readonly refusal: UpgradeRefused;
}

/** What becomes of one handshake. Only `admitted` may open a socket. */
export type Verdict = { readonly outcome: 'admitted'; readonly admission: Admission } | Refused;

/** One handshake under way. */
export interface Attempt {
  traceId: string;
  ticket?: string | undefined;
  redeemSent: boolean;
  /** An instant of `performance.now()`. */
  readonly startedAt: number;
}
