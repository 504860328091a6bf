import { describeError } from '../../log/describe-error.ts';
import type { Emit } from '../../log/events.ts';
import { type DomainError, isDomainError } from '../../protocol/domain-error.ts';
import { type DomainErrorName, domainErrorCodes } from '../../protocol/errors.ts';
import { StoreUnavailable } from '../../tickets/errors.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Context, Middleware } from './context.ts';

/** Logs, once, each request that the store's state refused, or left without knowing what became of its ticket. */
export const logOutage =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isDomainError(error)) log(error, ctx, emit);
      throw error;
    }
  };

const EVENTS: { readonly [Name in DomainErrorName]?: 'ws_ticket_redis_not_ready' | 'ws_ticket_outcome_unknown' } = {
  StoreUnavailable: 'ws_ticket_redis_not_ready',
  OutcomeUnknown: 'ws_ticket_outcome_unknown',
};

const log = (outage: DomainError, ctx: Context, emit: Emit): void => {
  const event = EVENTS[outage.name];
  if (event === undefined) return;
  const { traceId, address, sessionId, subject } = whoOf(ctx);
  const { error, errorCode } = describe(outage);
  emit(event, { traceId, address, sessionId, subject, error, errorCode });
};

const describe = ({ cause, message, name }: DomainError) =>
  cause === undefined ? { error: message, errorCode: domainErrorCodes[name] } : describeError(cause);

/** Refuses a request before its body is read when the store is not ready. */
export const requireStore =
  (store: TicketStore): Middleware =>
  (_ctx, next) => {
    if (store.isReady()) return next();
    throw new StoreUnavailable();
  };

/** Who a request is from, for the log. */
export const whoOf = ({ state: { traceId, address, caller } }: Context) => ({
  traceId,
  address,
  sessionId: caller?.sessionId,
  subject: caller?.subject,
});
