import { Router } from '@koa/router';
import type { KeySource } from '../../auth/key-source.ts';
import type { Config } from '../../config/variables.ts';
import type { Emit } from '../../log/events.ts';
import type { Caller } from '../../tickets/binding.ts';
import type { IssueTicket } from '../../tickets/issue.ts';
import type { RevokeTickets } from '../../tickets/revoke.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/since.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { paceBadCredentials } from '../middleware/authentication-throttle.ts';
import type { Context, Middleware, RequestState } from '../middleware/context.ts';
import { readJsonObject } from '../middleware/json-body.ts';
import { answerJson } from '../middleware/response.ts';
import { requireStore, tellOutage, whoOf } from '../middleware/store-outage.ts';
import { BAD_CREDENTIALS } from '../server/limits.ts';
import { revokeScopeOf } from './revoke-request.ts';
import { originOf, ticketRequestOf } from './ticket-request.ts';

export interface TicketRoutesOptions {
  readonly jwt: Config['jwt'];
  readonly keys: KeySource;
  readonly store: TicketStore;
  readonly issue: IssueTicket;
  readonly revoke: RevokeTickets;
  readonly emit: Emit;
}

/** What browsers call with their JWT. */
export const ticketRoutes = ({ jwt, keys, store, issue, revoke, emit }: TicketRoutesOptions): Router<RequestState> => {
  const router = new Router<RequestState>({ prefix: '/api/v1/auth' });
  const paced = paceBadCredentials({ limits: BAD_CREDENTIALS, emit });
  const admit = [tellOutage(emit), paced, authenticate(jwt, keys), requireStore(store)];
  router.post('/ws-ticket', ...admit, issueTicket(issue, emit));
  router.post('/ws-ticket/revoke', ...admit, revokeTickets(revoke, emit));
  return router;
};

const issueTicket =
  (issue: IssueTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const { audience, channel } = ticketRequestOf(await readJsonObject(ctx));
    const caller = callerIn(ctx);
    const { subject, sessionId } = caller;
    const { traceId, address } = ctx.state;
    const binding = { audience, channel, origin: originOf(ctx.get('Origin')), traceId };
    const { ticket, ticketId, expiresIn, expiresAt } = await issue(caller, binding);
    answerJson(ctx, { ticket, expiresIn, expiresAt: expiresAt.toISOString(), traceId });
    emit('ws_ticket_issued', { traceId, address, sessionId, subject, ticketId, durationMs: since(startedAt) });
  };

const revokeTickets =
  (revoke: RevokeTickets, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const scope = revokeScopeOf(await readJsonObject(ctx));
    await revoke(callerIn(ctx), scope);
    ctx.status = 204;
    emit('ws_ticket_revoked', { ...whoOf(ctx), subject: callerIn(ctx).subject, scope, durationMs: since(startedAt) });
  };

const callerIn = ({ state: { caller } }: Context): Caller => {
  if (caller === undefined) throw new Error('the route is not authenticated');
  return caller;
};
