import { Router } from '@koa/router';
import type { Caller } from '../../auth/caller.ts';
import { problemOfClaims } from '../../auth/ticket-claims.ts';
import type { Emit } from '../../log/events.ts';
import type { JsonObject } from '../../protocol/json.ts';
import {
  MAX_AUDIENCE_CHARACTERS,
  MAX_CHANNEL_CHARACTERS,
  MAX_ORIGIN_CHARACTERS,
  MAX_PATH_CHARACTERS,
} from '../../protocol/limits.ts';
import { ISSUE_PATH } from '../../protocol/paths.ts';
import { isResourcePath } from '../../protocol/resource-path.ts';
import type { IssueTicket } from '../../tickets/issue.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/clock.ts';
import { callerIn, type Middleware, type RequestState } from '../middleware/context.ts';
import { badRequest, readJsonObject, requireKnownMembers, textMember } from '../middleware/json-body.ts';
import { setJson } from '../middleware/response.ts';
import { requireStore } from '../middleware/store-outage.ts';

export interface IssueRouteOptions {
  /** Sets the caller of the JWT, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly issue: IssueTicket;
  readonly emit: Emit;
}

/** Trades a JWT for a ticket. */
export const issueRoute = ({ authenticate, store, issue, emit }: IssueRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post(ISSUE_PATH, authenticate, requireStore(store), issueTicket(issue, emit));
  return router;
};

const issueTicket =
  (issue: IssueTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const { audience, channel, path } = ticketRequestOf(await readJsonObject(ctx));
    const caller = callerIn(ctx);
    requireFittingClaims(caller);
    const { subject, sessionId } = caller;
    const { traceId, address } = ctx.state;
    const binding = { audience, channel, path, origin: originOf(ctx.req.headers.origin), traceId };
    const { ticket, ticketId, expiresIn, expiresAt } = await issue(caller, binding);
    setJson(ctx, { ticket, expiresIn, expiresAt: expiresAt.toISOString(), traceId });
    emit('ws_ticket_issued', { traceId, address, sessionId, subject, ticketId, durationMs: since(startedAt) });
  };

/** Refuses claims that a ticket cannot carry whole: dropping one could give a gateway another tenant or role. */
const requireFittingClaims = ({ claims }: Caller): void => {
  const problem = claims && problemOfClaims(claims);
  if (problem !== undefined) throw badRequest(problem);
};

const MAX_CHARACTERS = {
  audience: MAX_AUDIENCE_CHARACTERS,
  channel: MAX_CHANNEL_CHARACTERS,
  path: MAX_PATH_CHARACTERS,
} as const;

type Name = keyof typeof MAX_CHARACTERS;

/** What the body binds the ticket to. A misspelt name is an error: the ticket would be bound to less than meant. */
export const ticketRequestOf = (body: JsonObject): { readonly [name in Name]: string | undefined } => {
  requireKnownMembers(body, Object.keys(MAX_CHARACTERS));
  const textOf = (name: Name) => textMember(body, name, MAX_CHARACTERS[name]);
  return { audience: textOf('audience'), channel: textOf('channel'), path: pathOf(textOf('path')) };
};

const pathOf = (path: string | undefined): string | undefined => {
  if (path === undefined || isResourcePath(path)) return path;
  throw badRequest(
    '"path" must be the path of a URL, as the browser sends it: "/" first, percent-encoded, without a query, "//", "/;", "/../" and an encoded "/", "\\", "." or zero byte',
  );
};

/** The origin that a ticket is bound to, if the request has one. */
const originOf = (header = ''): string | undefined => {
  if (header.length > MAX_ORIGIN_CHARACTERS) throw badRequest('The Origin header is too long');
  return header === '' ? undefined : header;
};
