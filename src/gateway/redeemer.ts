import type { UpgradeRefused } from './refused.ts';

/** What the gateway presents for one handshake. */
export interface Handshake {
  readonly ticket: string;
  readonly audience: string | undefined;
  /** The `Origin` header; `undefined` where the handshake had none. */
  readonly origin: string | undefined;
  readonly traceId: string;
}

/** Who a redeemed ticket says that the client is. */
export interface Identity {
  readonly subject: string;
  readonly sessionId: string | undefined;
  readonly audience: string | undefined;
  readonly channel: string | undefined;
  readonly issuedAt: Date;
  /** When the JWT expires that the ticket was issued for. */
  readonly sessionExpiresAt: Date;
  /** Seconds from the redeem until then: what to count from, since the clock of this machine may differ. */
  readonly sessionExpiresIn: number;
}

/** What becomes of one redeem. Only `redeemed` admits. */
export type RedeemResult =
  | { readonly outcome: 'redeemed'; readonly identity: Identity }
  | { readonly outcome: 'refused'; readonly refusal: UpgradeRefused };

/** One way to redeem tickets. */
export interface Redeemer {
  /** Resolves once a ticket can be redeemed; rejects with the reason why not. */
  start(): Promise<void>;
  isReady(): boolean;
  /** Redeems one ticket, once. Rejects only where something unexpected fails: then the ticket may be spent. */
  redeem(handshake: Handshake): Promise<RedeemResult>;
  close(): Promise<void>;
}

/** Something that the operator of the gateway has to fix: another attempt does not help. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
}
