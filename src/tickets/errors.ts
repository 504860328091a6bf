import { DomainError } from '../protocol/domain-error.ts';

/** The store could not do what was asked: a ticket that was to be taken is untouched. */
export class StoreUnavailable extends DomainError {
  override readonly name = 'StoreUnavailable';

  constructor({ cause, message = 'the ticket store is not ready' }: ErrorOptions & { readonly message?: string } = {}) {
    super(message, { cause });
  }
}

/** The ticket may be spent: the store was asked to take it, and no reply says whether it did. */
export class OutcomeUnknown extends DomainError {
  override readonly name = 'OutcomeUnknown';

  constructor(options?: ErrorOptions) {
    super('the ticket may be spent', options);
  }
}

/** A subject has had as many tickets, or revocations, as it may in this window, which ends in `retryInMs` milliseconds. */
export class RateLimited extends DomainError {
  override readonly name = 'RateLimited';

  constructor(limit: string, retryInMs: number) {
    const message = `At most ${limit}`;
    super(message, { publicMessage: message, retryInMs });
  }
}
