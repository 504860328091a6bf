import { DomainError } from '../protocol/domain-error.ts';

/** A JWT that ticketd does not accept; the message says why, for the log. */
export class TokenRejected extends DomainError {
  override readonly name = 'TokenRejected';
}

/** The key of a JWT cannot be fetched yet. */
export class KeysUnavailable extends DomainError {
  override readonly name = 'KeysUnavailable';

  constructor(reason: string, retryInMs: number) {
    super(reason, { retryInMs });
  }
}
