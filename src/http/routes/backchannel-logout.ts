import { Router } from '@koa/router';
import { KeysUnavailable, TokenRejected } from '../../auth/errors.ts';
import type { LogoutToken, VerifyLogoutToken } from '../../auth/logout-token.ts';
import type { Emit } from '../../log/events.ts';
import { BACKCHANNEL_LOGOUT_PATH } from '../../protocol/paths.ts';
import type { ProviderLogout } from '../../tickets/provider-logout.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { since } from '../../time/clock.ts';
import type { AuthenticationCheck } from '../middleware/authentication-throttle.ts';
import type { Context, Middleware, RequestState } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';
import { readForm } from '../middleware/form-body.ts';
import { setJson } from '../middleware/response.ts';
import { requireStore } from '../middleware/store-outage.ts';

export interface BackchannelLogoutRouteOptions {
  /** Sets the logout token, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly logOut: ProviderLogout;
  readonly emit: Emit;
}

/** Ends sessions for an identity provider, by its logout token (OpenID Connect Back-Channel Logout 1.0). */
export const backchannelLogoutRoute = ({
  authenticate,
  store,
  logOut,
  emit,
}: BackchannelLogoutRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post(BACKCHANNEL_LOGOUT_PATH, authenticate, requireStore(store), logOutByToken(logOut, emit));
  return router;
};

/** Requires a valid logout token, and sets it. */
export const requireLogoutToken =
  (verify: VerifyLogoutToken): AuthenticationCheck =>
  async (ctx) => {
    const token = await logoutTokenIn(ctx);
    ctx.state.logoutToken = await verify(token).catch(refuse);
  };

/** The one `logout_token` in the form; section 2.5 of the specification demands to ignore other fields. */
const logoutTokenIn = async (ctx: Context): Promise<string> => {
  const [token, ...others] = (await readForm(ctx)).getAll('logout_token');
  if (token === undefined) throw badRequest(new TokenRejected('missing', 'the form does not have it'));
  if (others.length > 0) throw badRequest(new TokenRejected('malformed', 'the form has more than one'));
  return token;
};

const logOutByToken =
  (logOut: ProviderLogout, emit: Emit): Middleware =>
  async (ctx) => {
    const startedAt = performance.now();
    const { traceId, address, logoutToken } = ctx.state;
    if (logoutToken === undefined) throw new Error('the route is not authenticated');
    await logOut(logoutToken).catch(refuse);
    setJson(ctx, { traceId });
    const { subject, sessionId } = logoutToken;
    const scope = scopeOf(logoutToken);
    const durationMs = since(startedAt);
    emit('ws_ticket_revoked', { traceId, address, sessionId, subject, scope, via: 'backchannel', durationMs });
  };

const scopeOf = ({ sessionId }: LogoutToken) => (sessionId === undefined ? 'subject' : 'session');

/** Throws the error of a logout token as the specification has it: 400 for a token that is not valid. */
const refuse = (error: unknown): never => {
  if (error instanceof TokenRejected) throw badRequest(error);
  if (!(error instanceof KeysUnavailable)) throw error;
  const { message, retryInSeconds = 1, reason } = error;
  throw new KeysUnavailable(named(message), retryInSeconds * 1000, reason);
};

const badRequest = ({ reason, message }: TokenRejected): RequestError =>
  new RequestError('BAD_REQUEST', 'Send one valid logout token as the form field "logout_token"', {
    cause: new TokenRejected(reason, named(message)),
  });

// In the log beside what access tokens were refused for.
const named = (detail: string): string => `logout token: ${detail}`;
