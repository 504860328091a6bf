import type Koa from 'koa';
import type { Caller } from '../../auth/caller.ts';
import type { LogoutToken } from '../../auth/logout-token.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { SessionsToEnd } from '../../tickets/end-sessions.ts';

/** What the middleware of one request set for those that run after them. */
export interface RequestState {
  traceId: string;
  /** The client's address; missing if the connection broke before it was read. */
  address?: string;
  /** Set once the JWT is accepted. */
  caller?: Caller;
  /** Set once the logout token is accepted. */
  logoutToken?: LogoutToken;
  /** Set once a back end said whose sessions to end. */
  sessionsToEnd?: SessionsToEnd;
  /** The headers of the response beside those that every response has: names and values in turn. */
  headers?: readonly string[];
  body?: { readonly text: string; readonly type: string };
  /** Set when the request is refused, with the reason for the log. */
  errorCode?: ErrorCode;
  reason?: string;
}

export type Context = Koa.ParameterizedContext<RequestState>;
export type Middleware = Koa.Middleware<RequestState>;
export type App = Koa<RequestState>;

/** The caller of a route that requires a JWT. */
export const callerIn = ({ state: { caller } }: Context): Caller => {
  if (caller === undefined) throw new Error('the route is not authenticated');
  return caller;
};
