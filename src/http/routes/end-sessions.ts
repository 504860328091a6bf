import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { MAX_NAME_CHARACTERS } from '../../protocol/limits.ts';
import { REVOKE_PATH } from '../../protocol/paths.ts';
import type { EndSessions, SessionsToEnd } from '../../tickets/end-sessions.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/clock.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { badRequest, readJsonObject, requireKnownMembers, textMember } from '../middleware/json-body.ts';
import { requireStore } from '../middleware/store-outage.ts';

export interface EndSessionsRouteOptions {
  /** Requires a gateway key, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly endSessions: EndSessions;
  /** Whether the body must name the issuer: there are several. */
  readonly needsIssuer: boolean;
  readonly emit: Emit;
}

/** Ends a session, or all of a subject, for back ends with a gateway key. */
export const endSessionsRoute = (options: EndSessionsRouteOptions): Router<RequestState> => {
  const { authenticate, store, needsIssuer } = options;
  const router = new Router<RequestState>();
  router.post(REVOKE_PATH, authenticate, readSessions(needsIssuer), requireStore(store), endNamedSessions(options));
  return router;
};

/** Reads the body before anything asks for Redis: the log of an outage says whose sessions did not end. */
const readSessions =
  (needsIssuer: boolean): Middleware =>
  async (ctx, next) => {
    const sessions = sessionsOf(await readJsonObject(ctx));
    if (needsIssuer && sessions.issuer === undefined)
      throw badRequest('"issuer" must be there: tickets come from JWTs of several issuers');
    ctx.state.sessionsToEnd = sessions;
    return next();
  };

const endNamedSessions =
  ({ endSessions, emit }: EndSessionsRouteOptions): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const { traceId, address, sessionsToEnd } = ctx.state;
    if (sessionsToEnd === undefined) throw new Error('the body was not read');
    await endSessions(sessionsToEnd);
    ctx.res.statusCode = 204;
    const { subject, sessionId } = sessionsToEnd;
    const scope = sessionId === undefined ? 'subject' : 'session';
    const durationMs = since(startedAt);
    emit('ws_ticket_revoked', { traceId, address, sessionId, subject, scope, via: 'gateway', durationMs });
  };

const NAMES = ['subject', 'sessionId', 'issuer'] as const;

/** A misspelt name is an error: more would end than meant. */
const sessionsOf = (body: JsonObject): SessionsToEnd => {
  requireKnownMembers(body, NAMES);
  const nameIn = (name: (typeof NAMES)[number]) => textMember(body, name, MAX_NAME_CHARACTERS);
  const subject = nameIn('subject');
  if (subject === undefined) throw badRequest('"subject" must be there');
  return { subject, sessionId: nameIn('sessionId'), issuer: nameIn('issuer') };
};
