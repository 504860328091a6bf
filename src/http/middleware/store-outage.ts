import { describeError } from '../../log/describe-error.ts';
import type { Emit } from '../../log/events.ts';
import { RequestError, type RequestErrorCode } from '../../protocol/request-error.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { StoreFullError } from '../../tickets/store-full-error.ts';
import type { Context, Middleware } from './context.ts';

/** Tells, once, of each request that the store's state refused, or left without knowing what became of its ticket. */
export const tellOutage =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = thrown instanceof StoreFullError ? notReady(thrown) : thrown;
      if (error instanceof RequestError) tell(error, ctx, emit);
      throw error;
    }
  };

const notReady = (cause?: Error): RequestError =>
  new RequestError('WS_TICKET_REDIS_NOT_READY', 'Ticket service temporarily unavailable', { cause });

const EVENTS: { readonly [Code in RequestErrorCode]?: 'ws_ticket_redis_not_ready' | 'ws_ticket_outcome_unknown' } = {
  WS_TICKET_REDIS_NOT_READY: 'ws_ticket_redis_not_ready',
  WS_TICKET_OUTCOME_UNKNOWN: 'ws_ticket_outcome_unknown',
};

const tell = (refusal: RequestError, ctx: Context, emit: Emit): void => {
  const event = EVENTS[refusal.code];
  if (event === undefined) return;
  const { traceId, address, sessionId, subject } = whoOf(ctx);
  const { error, errorCode } = describeError(refusal.cause ?? refusal);
  emit(event, { traceId, address, sessionId, subject, error, errorCode });
};

/** Refuses at once, before the body is read, what could not be kept or looked up anyway. */
export const requireStore =
  (store: TicketStore): Middleware =>
  (_ctx, next) => {
    if (store.isReady()) return next();
    throw notReady();
  };

/** Who a request is from, for the log. */
export const whoOf = ({ state: { traceId, address, caller } }: Context) => ({
  traceId,
  address,
  sessionId: caller?.sessionId,
  subject: caller?.subject,
});
