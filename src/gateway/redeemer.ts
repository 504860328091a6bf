import type { Refused } from './refusal.ts';
import type { RevocationSource } from './revocation-source.ts';

/** What the gateway redeems for one handshake or request. */
export interface RedeemRequest {
  readonly ticket: string;
  readonly audience: string | undefined;
  /** The `Origin` header; `undefined` where the request had none. */
  readonly origin: string | undefined;
  /** What precedes `?` in the target of the request. */
  readonly path?: string | undefined;
  /** The `Sec-Fetch-Site` header. */
  readonly fetchSite?: string | undefined;
  /** The host that the browser addressed, as a proxy reports it. */
  readonly host?: string | undefined;
  readonly traceId: string;
}

/** What is known about a ticket that did not come in a request. */
export type PresentedBy = Omit<RedeemRequest, 'ticket'>;

/** The client of a redeemed ticket. */
export interface Identity {
  /** The `iss` of the JWT: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  readonly audience: string | undefined;
  readonly channel: string | undefined;
  /** The claims of the JWT that `TICKET_CLAIMS` of ticketd names; `undefined` if there are none. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  readonly issuedAt: Date;
  /** When the JWT of the ticket expires. */
  readonly sessionExpiresAt: Date;
  /** Seconds from the redeem until then: count from this, since the clock of this machine may differ. */
  readonly sessionExpiresIn: number;
  /** A revocation with one of these opaque keys and a later position closes the socket; empty with an older ticketd. */
  readonly revocationKeys: readonly string[];
  /** Revocations up to this position cannot concern the ticket; `undefined` where ticketd cannot read revocations. */
  readonly revocationPosition: string | undefined;
}

/** The outcome of one redeem. Only `redeemed` admits the client. */
export type RedeemResult = { readonly outcome: 'redeemed'; readonly identity: Identity } | Refused;

/** One way to redeem tickets. */
export interface Redeemer {
  /** Resolves once a ticket can be redeemed; rejects with the reason why not. */
  start(): Promise<void>;
  isReady(): boolean;
  /** Redeems one ticket, once. A rejection is unexpected, and the ticket may be spent. */
  redeem(request: RedeemRequest): Promise<RedeemResult>;
  /** The revocations of the same ticketd. */
  readonly revocations: RevocationSource;
  close(): Promise<void>;
}
