import { Router } from '@koa/router';
import { comparison } from '../../auth/explain.ts';
import type { Emit } from '../../log/events.ts';
import { MAX_NAME_CHARACTERS } from '../../protocol/limits.ts';
import { REVOKE_PATH } from '../../protocol/paths.ts';
import { isText } from '../../protocol/text.ts';
import type { EndSessions, SessionsToEnd } from '../../tickets/end-sessions.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/clock.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';
import { readJsonObject } from '../middleware/json-body.ts';
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
  router.post(REVOKE_PATH, authenticate, requireStore(store), endThem(options));
  return router;
};

const endThem =
  ({ endSessions, needsIssuer, onlyIssuers, emit }: EndSessionsRouteOptions): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const body = await readJsonObject(ctx);
    const sessions = sessionsOf(body);
    if (needsIssuer && body.issuer === undefined) throw badRequest(ISSUER_MISSING);
    if (onlyIssuers !== undefined && (needsIssuer || sessions.issuer !== undefined))
      requireOneOf(onlyIssuers, sessions.issuer);
    await endSessions(sessions);
    ctx.res.statusCode = 204;
    const { subject, sessionId } = sessions;
    const { traceId, address } = ctx.state;
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

type Body = Readonly<Record<string, unknown>>;

/** A misspelt name is an error: more would end than meant. */
const sessionsOf = (body: Body): SessionsToEnd => {
  if (Object.keys(body).some((name) => !NAMES.some((known) => known === name)))
    throw badRequest('The body may have "subject", "sessionId" and "issuer", nothing else');
  const subject = nameIn(body, 'subject');
  if (subject === undefined) throw badRequest('"subject" must be there');
  const issuer = body.issuer === '' ? undefined : nameIn(body, 'issuer');
  return { subject, sessionId: nameIn(body, 'sessionId'), issuer };
};

const nameIn = (body: Body, name: (typeof NAMES)[number]): string | undefined => {
  const value = body[name] ?? undefined;
  if (value === undefined || isText(value, MAX_NAME_CHARACTERS)) return value;
  throw badRequest(`"${name}" must be a string of 1 to ${MAX_NAME_CHARACTERS} characters`);
};

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);
