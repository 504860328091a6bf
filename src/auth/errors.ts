import { DomainError, type DomainErrorOptions } from '../protocol/domain-error.ts';

/** Every reason to refuse a JWT: a label of the metrics, so the list is short and fixed. */
export const REJECTION_REASONS = [
  'missing',
  'malformed',
  'type',
  'algorithm',
  'unknown_key',
  'signature',
  'expired',
  'not_yet_valid',
  'issuer',
  'audience',
  'client',
  'claims',
  'session_ended',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** A JWT that ticketd does not accept; the message says why, for the log. */
export class TokenRejected extends DomainError {
  override readonly name = 'TokenRejected';
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string, options?: DomainErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The key of a JWT cannot be fetched yet. */
export class KeysUnavailable extends DomainError {
  override readonly name = 'KeysUnavailable';
  /** Set where other JWTs are accepted: this one names a key that is not in the key set. */
  readonly reason: RejectionReason | undefined;

  constructor(message: string, retryInMs: number, reason?: RejectionReason) {
    super(message, { retryInMs });
    this.reason = reason;
  }
}
