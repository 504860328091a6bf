/** The closed list of what a refused client sees as `errorCode`. */
export type RefusalCode =
  | 'WS_TICKET_MISSING'
  | 'WS_TICKET_NOT_REDEEMABLE'
  | 'WS_TICKET_OUTCOME_UNKNOWN'
  | 'WS_TICKET_REDIS_NOT_READY';

/** Why a ticket was refused, where the gateway itself found out: for the log, never for the client. */
export type RefusalReason = 'audience' | 'malformed' | 'origin' | 'revoked' | 'unknown' | 'used';

interface Answer {
  readonly status: 401 | 403 | 503;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

const ANSWERS: Readonly<Record<RefusalCode, Answer>> = {
  WS_TICKET_MISSING: { status: 401, message: 'Send a ticket with the handshake' },
  WS_TICKET_NOT_REDEEMABLE: { status: 403, message: 'The ticket cannot be redeemed' },
  WS_TICKET_OUTCOME_UNKNOWN: { status: 503, message: 'The ticket may be spent: get a new one', retryAfter: 2 },
  WS_TICKET_REDIS_NOT_READY: { status: 503, message: 'Ticket service temporarily unavailable', retryAfter: 2 },
};

export interface RefusalDetails {
  readonly traceId: string;
  readonly reason?: RefusalReason | undefined;
  /** Seconds; each code has its own unless given. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A handshake that is not to be accepted. 401 and 403 are final: the client needs a new ticket, or may not come in at
 * all. With 503 nothing is said against it: it should try again, with a new ticket, after `retryAfter` seconds.
 */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  readonly errorCode: RefusalCode;
  readonly status: 401 | 403 | 503;
  readonly retryAfter: number | undefined;
  readonly traceId: string;
  readonly reason: RefusalReason | undefined;

  constructor(errorCode: RefusalCode, { traceId, reason, retryAfter, cause }: RefusalDetails) {
    const answer = ANSWERS[errorCode];
    super(answer.message, cause === undefined ? undefined : { cause });
    this.errorCode = errorCode;
    this.status = answer.status;
    this.retryAfter = answer.status === 503 ? (retryAfter ?? answer.retryAfter) : undefined;
    this.traceId = traceId;
    this.reason = reason;
  }
}
