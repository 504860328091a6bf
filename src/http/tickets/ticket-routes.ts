import { Router } from '@koa/router';
import type { Config } from '../../config/fields.ts';
import type { KeySource } from '../../jwt/key-source.ts';
import type { Emit } from '../../log/events.ts';
import type { Caller } from '../../tickets/binding.ts';
import type { IssueTicket } from '../../tickets/issue.ts';
import type { RevokeTickets } from '../../tickets/revoke.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Context, Middleware, RequestState } from '../context.ts';
import { answerJson } from '../exchange/answer.ts';
import { readJsonObject } from '../exchange/json-body.ts';
import { since } from '../exchange/request-event.ts';
import { BAD_CREDENTIALS } from '../listener/limits.ts';
import { authenticate } from './authenticate.ts';
import { paceBadCredentials } from './bad-credentials.ts';
import { requireStore, tellOutage, whoOf } from './outage.ts';
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
