import { wireErrors } from '../protocol/errors.ts';
import type { RejectReason } from '../protocol/reject-reason.ts';

/** The `errorCode` of a refused client. */
export type RefusalCode =
  | 'WS_TICKET_MISSING'
  | 'WS_TICKET_NOT_REDEEMABLE'
  | 'WS_TICKET_OUTCOME_UNKNOWN'
  | 'WS_TICKET_REDIS_NOT_READY';

// What each 503 of ticketd means for the ticket of a handshake.
const OUTAGE_CODES: ReadonlyMap<unknown, RefusalCode> = new Map([
  ['SERVICE_OVERLOADED', 'WS_TICKET_REDIS_NOT_READY'],
  ['WS_TICKET_OUTCOME_UNKNOWN', 'WS_TICKET_OUTCOME_UNKNOWN'],
  ['WS_TICKET_REDIS_NOT_READY', 'WS_TICKET_REDIS_NOT_READY'],
]);

/** How a client is refused after this error of ticketd; `undefined` where it is no outage. */
export const outageCodeOf = (errorCode: unknown): RefusalCode | undefined => OUTAGE_CODES.get(errorCode);

export interface RefusalDetails {
  readonly traceId: string;
  /** Why the ticket was rejected, where the gateway itself found out. */
  readonly reason?: RejectReason | undefined;
  /** Seconds; that of the code by default. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A refused handshake. 401 and 403 are final: the client needs a new ticket, or has no access at all. With 503 the
 * client is not at fault: it should try again, with a new ticket, after `retryAfter` seconds.
 */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  readonly errorCode: RefusalCode;
  readonly status: 401 | 403 | 503;
  readonly retryAfter: number | undefined;
  readonly traceId: string;
  readonly reason: RejectReason | undefined;

  constructor(errorCode: RefusalCode, { traceId, reason, retryAfter, cause }: RefusalDetails) {
    const wireError = wireErrors[errorCode];
    super(wireError.message, cause === undefined ? undefined : { cause });
    this.errorCode = errorCode;
    this.status = wireError.status;
    this.retryAfter = wireError.status === 503 ? (retryAfter ?? wireError.retryAfter) : undefined;
    this.traceId = traceId;
    this.reason = reason;
  }
}

/** The operator of the gateway has to fix something: another attempt does not help. */
export class MisconfigurationError extends Error {
  override readonly name = 'MisconfigurationError';
}

/** What the gateway redeems for one handshake. */
export interface RedeemRequest {
  readonly ticket: string;
  readonly audience: string | undefined;
  /** The `Origin` header; `undefined` where the handshake had none. */
  readonly origin: string | undefined;
  readonly traceId: string;
}

/** The client of a redeemed ticket. */
export interface Identity {
  /** The `iss` of the JWT: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  readonly audience: string | undefined;
  readonly channel: string | undefined;
  readonly issuedAt: Date;
  /** When the JWT of the ticket expires. */
  readonly sessionExpiresAt: Date;
  /** Seconds from the redeem until then: count from this, since the clock of this machine may differ. */
  readonly sessionExpiresIn: number;
}

/** An admitted client. */
export interface Admission extends Identity {
  /** The trace id of the handshake where it has one; the log of ticketd has the same one for the redeem. */
  readonly traceId: string;
  /** The subprotocols that the client offers, without the ticket. */
  readonly protocols: readonly string[];
}

export interface Refused {
  readonly outcome: 'refused';
  readonly refusal: UpgradeRefused;
}

/** The outcome of one redeem. Only `redeemed` admits the client. */
export type RedeemResult = { readonly outcome: 'redeemed'; readonly identity: Identity } | Refused;

/** The outcome of one handshake. Only `admitted` may open a socket. */
export type Verdict = { readonly outcome: 'admitted'; readonly admission: Admission } | Refused;

export const refuse = (errorCode: RefusalCode, details: RefusalDetails): Refused => ({
  outcome: 'refused',
  refusal: new UpgradeRefused(errorCode, details),
});

/** One way to redeem tickets. */
export interface Redeemer {
  /** Resolves once a ticket can be redeemed; rejects with the reason why not. */
  start(): Promise<void>;
  isReady(): boolean;
  /** Redeems one ticket, once. A rejection is unexpected, and the ticket may be spent. */
  redeem(request: RedeemRequest): Promise<RedeemResult>;
  close(): Promise<void>;
}
