import { Router } from '@koa/router';
import { comparison } from '../../auth/explain.ts';
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
  /** Whether the body must name the issuer, or say that there is none: there are several. */
  readonly needsIssuer: boolean;
  /** The issuers that a JWT may have, and that the body may name, if it must have one. */
  readonly onlyIssuers: readonly string[] | undefined;
  readonly emit: Emit;
}

/** Ends a session, or all of a subject, for back ends with a gateway key. */
export const endSessionsRoute = (options: EndSessionsRouteOptions): Router<RequestState> => {
  const { authenticate, store } = options;
  const router = new Router<RequestState>();
  router.post(REVOKE_PATH, authenticate, readSessions(options), requireStore(store), endNamedSessions(options));
  return router;
};

/** Reads the body before anything asks for Redis: the log of an outage says whose sessions did not end. */
const readSessions =
  ({ needsIssuer, onlyIssuers }: EndSessionsRouteOptions): Middleware =>
  async (ctx, next) => {
    const body = await readJsonObject(ctx);
    const sessions = sessionsOf(body);
    if (needsIssuer && body.issuer === undefined) throw badRequest(ISSUER_MISSING);
    if (onlyIssuers !== undefined && (needsIssuer || sessions.issuer !== undefined))
      requireOneOf(onlyIssuers, sessions.issuer);
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

const ISSUER_MISSING =
  '"issuer" must be there: tickets come from JWTs of several issuers; null means JWTs without an issuer';

/** No JWT of another issuer is accepted, so that the name is a mistake, and nothing would end. */
const requireOneOf = (issuers: readonly string[], issuer: string | undefined): void => {
  if (!issuers.some((one) => one === issuer))
    throw badRequest(`"issuer" must be one of JWT_ISSUER and JWT_ISSUERS: ${comparison(issuers, issuer)}`);
};

const NAMES = ['subject', 'sessionId', 'issuer'] as const;

/** A misspelt name is an error: more would end than meant. */
const sessionsOf = (body: JsonObject): SessionsToEnd => {
  requireKnownMembers(body, NAMES);
  const nameIn = (name: (typeof NAMES)[number]) => textMember(body, name, MAX_NAME_CHARACTERS);
  const subject = nameIn('subject');
  if (subject === undefined) throw badRequest('"subject" must be there');
  const issuer = body.issuer === '' ? undefined : nameIn('issuer');
  return { subject, sessionId: nameIn('sessionId'), issuer };
};
