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
  /** The `iss` of the JWT: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
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

/** One way to redeem tickets. */
export interface Redeemer {
  /** How tickets are redeemed, for the log. */
  readonly via: 'http' | 'redis';
  /** Resolves once a ticket could be redeemed; rejects with what stands in the way. */
  start(): Promise<void>;
  isReady(): boolean;
  /** Resolves with the one identity of a ticket, or rejects with `UpgradeRefused`; never tries twice. */
  redeem(handshake: Handshake): Promise<Identity>;
  close(): Promise<void>;
}

/** Something that whoever runs the gateway has to put right: trying again will not help. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
}
