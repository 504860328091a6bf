import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { REVOKE_PATH } from '../../protocol/paths.ts';
import type { CallerRevocation, RevokeCaller, RevokeScope } from '../../tickets/revoke-caller.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/clock.ts';
import { callerIn, type Middleware, type RequestState } from '../middleware/context.ts';
import { badRequest, readJsonObject } from '../middleware/json-body.ts';
import { requireStore } from '../middleware/store-outage.ts';

export interface RevokeRouteOptions {
  /** Sets the caller of the JWT, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly revoke: RevokeCaller;
  readonly emit: Emit;
}

/** Voids the tickets of a session or a subject and closes its sockets, by its JWT. */
export const revokeRoute = ({ authenticate, store, revoke, emit }: RevokeRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post(REVOKE_PATH, authenticate, requireStore(store), revokeTickets(revoke, emit));
  return router;
};

const revokeTickets =
  (revoke: RevokeCaller, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const revocation = revocationOf(await readJsonObject(ctx));
    const caller = callerIn(ctx);
    await revoke(caller, revocation);
    ctx.res.statusCode = 204;
    const { subject, sessionId } = caller;
    const { traceId, address } = ctx.state;
    const { scope } = revocation;
    const durationMs = since(startedAt);
    emit('ws_ticket_revoked', { traceId, address, sessionId, subject, scope, via: 'user', durationMs });
  };

const SCOPES: readonly RevokeScope[] = ['session', 'subject'];

/** By default `session`, which does not end. */
const revocationOf = (body: JsonObject): CallerRevocation => {
  const unknown = Object.keys(body).find((name) => name !== 'scope' && name !== 'end');
  const scope = SCOPES.find((candidate) => candidate === (body.scope ?? 'session'));
  const end = body.end ?? false;
  if (unknown === undefined && scope !== undefined && typeof end === 'boolean') return { scope, end };
  throw badRequest(
    'The body may have "scope", which is "session" or "subject", and "end", which is true or false, nothing else',
  );
};
