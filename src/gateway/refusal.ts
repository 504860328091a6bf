import { wireErrors } from '../protocol/errors.ts';
import type { RejectReason } from '../protocol/reject-reason.ts';

/** The `errorCode` of a refused client. */
export type RefusalCode =
  | 'WS_TICKET_MISSING'
  | 'WS_TICKET_NOT_REDEEMABLE'
  | 'WS_TICKET_OUTCOME_UNKNOWN'
  | 'WS_TICKET_REDIS_NOT_READY';

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

/** The outcome of a handshake, or of its redeem, that is refused. */
export interface Refused {
  readonly outcome: 'refused';
  readonly refusal: UpgradeRefused;
}

export const refuse = (errorCode: RefusalCode, details: RefusalDetails): Refused => ({
  outcome: 'refused',
  refusal: new UpgradeRefused(errorCode, details),
});
