import type { Identity } from './redeemer.ts';
import type { Refused } from './refusal.ts';

/** An admitted client. */
export interface Admission extends Identity {
  /** The trace id of the handshake where it has one; the log of ticketd has the same one for the redeem. */
  readonly traceId: string;
  /** The subprotocols that the client offers, without the ticket. */
  readonly protocols: readonly string[];
}

/** The outcome of one handshake. Only `admitted` may open a socket. */
export type Verdict = { readonly outcome: 'admitted'; readonly admission: Admission } | Refused;
