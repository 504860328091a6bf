import { describeError } from '../../log/describe-error.ts';
import type { Emit } from '../../log/events.ts';
import type { DomainError } from '../../protocol/domain-error.ts';
import { type DomainErrorName, domainErrorCodes } from '../../protocol/errors.ts';
import { StoreUnavailable } from '../../tickets/errors.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Context, Middleware, RequestState } from './context.ts';

/** Refuses a request before it is processed when the store is not ready. */
export const requireStore =
  (store: Pick<TicketStore, 'isReady'>): Middleware =>
  (_ctx, next) => {
    if (store.isReady()) return next();
    throw new StoreUnavailable();
  };

const EVENTS: { readonly [Name in DomainErrorName]?: 'ws_ticket_redis_not_ready' | 'ws_ticket_outcome_unknown' } = {
  StoreUnavailable: 'ws_ticket_redis_not_ready',
  OutcomeUnknown: 'ws_ticket_outcome_unknown',
};

/** Logs a request that the store failed; other domain errors are not logged here. */
export const logOutage = (refusal: DomainError, { state }: Context, emit: Emit): void => {
  const event = EVENTS[refusal.name];
  if (event === undefined) return;
  const { traceId, address } = state;
  const { subject, sessionId } = whose(state);
  const { error, errorCode } = describe(refusal);
  emit(event, { traceId, address, sessionId, subject, error, errorCode });
};

// The operator repeats a refused revocation by these two.
const whose = ({ caller, logoutToken, sessionsToEnd }: RequestState): Named =>
  caller ?? logoutToken ?? sessionsToEnd ?? {};

interface Named {
  readonly subject?: string | undefined;
  readonly sessionId?: string | undefined;
}

const describe = ({ cause, message, name }: DomainError) =>
  cause === undefined ? { error: message, errorCode: domainErrorCodes[name] } : describeError(cause);
