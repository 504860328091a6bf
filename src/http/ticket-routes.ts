import { Router } from '@koa/router';
import type { Config } from '../config/fields.ts';
import { describeError } from '../errors/describe-error.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Emit } from '../log/events.ts';
import type { Caller } from '../tickets/binding.ts';
import type { IssueTicket } from '../tickets/issue.ts';
import type { TicketStore } from '../tickets/store.ts';
import { authenticate } from './authenticate.ts';
import type { Context, Middleware, RequestState } from './context.ts';
import { answerJson } from './json-answer.ts';
import { readJsonObject } from './json-body.ts';
import { noStore } from './no-store.ts';
import { since } from './request-event.ts';
import { originOf, ticketRequestOf } from './ticket-request.ts';

export interface TicketRoutesOptions {
  readonly jwt: Config['jwt'];
  readonly store: TicketStore;
  readonly issue: IssueTicket;
  readonly emit: Emit;
}

export const ticketRoutes = ({ jwt, store, issue, emit }: TicketRoutesOptions): Router<RequestState> => {
  const router = new Router<RequestState>({ prefix: '/api/v1/auth' });
  router.post(
    '/ws-ticket',
    noStore,
    tellOutage(emit),
    authenticate(jwt),
    requireStore(store),
    issueTicket(issue, emit),
  );
  return router;
};

/** Tells, once, of each request that the store's state refused. */
const tellOutage =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (error instanceof RequestError && error.code === 'WS_TICKET_REDIS_NOT_READY')
        emit('ws_ticket_redis_not_ready', { ...whoOf(ctx), ...describeError(error.cause ?? error) });
      throw error;
    }
  };

/** Refuses at once, before the body is read, what could not be kept anyway. */
const requireStore =
  (store: TicketStore): Middleware =>
  (_ctx, next) => {
    if (store.isReady()) return next();
    throw new RequestError('WS_TICKET_REDIS_NOT_READY', 'Ticket service temporarily unavailable');
  };

const issueTicket =
  (issue: IssueTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const request = ticketRequestOf(await readJsonObject(ctx));
    const { traceId } = ctx.state;
    const { ticket, ticketId, expiresIn, expiresAt } = await issue(callerIn(ctx), {
      ...request,
      origin: originOf(ctx.get('Origin')),
      traceId,
    });
    answerJson(ctx, { ticket, expiresIn, expiresAt: expiresAt.toISOString(), traceId });
    emit('ws_ticket_issued', { ...whoOf(ctx), subject: callerIn(ctx).subject, ticketId, durationMs: since(startedAt) });
  };

const callerIn = ({ state: { caller } }: Context): Caller => {
  if (caller === undefined) throw new Error('the route is not authenticated');
  return caller;
};

const whoOf = ({ state: { traceId, caller } }: Context) => ({
  traceId,
  sessionId: caller?.sessionId,
  subject: caller?.subject,
});
