import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Router, RouterContext } from '@koa/router';
import Koa from 'koa';
import compose from 'koa-compose';
import type { Cidrs } from '../config/cidrs.ts';
import { describeError, stackOf } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { clientAddress } from './middleware/client-address.ts';
import type { App, Context, Middleware, RequestState } from './middleware/context.ts';
import { allowOrigins } from './middleware/cors.ts';
import { RequestError, respond } from './middleware/error-mapping.ts';
import { logRequest } from './middleware/request-log.ts';
import { addHeaders } from './middleware/response.ts';
import { refuseMalformed } from './middleware/well-formed.ts';

export interface AppOptions {
  /** The name of the listener in the log. */
  readonly listener: string;
  readonly routes: readonly Router<RequestState>[];
  readonly emit: Emit;
  /** The proxies whose `X-Forwarded-For` is believed; none by default. */
  readonly trustedProxies?: Cidrs | undefined;
  /** The origins whose pages may read the responses; none by default. */
  readonly corsOrigins?: readonly string[];
}

/** The application of one listener: all that happens to a request, in order. */
export const createApp = ({
  listener,
  routes,
  emit,
  trustedProxies,
  corsOrigins = [],
}: AppOptions): RequestListener => {
  const app = new Koa<RequestState>();
  app.use(respond(emit));
  app.use(clientAddress(trustedProxies));
  app.use(logRequest(listener, emit));
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  app.use(refuseMalformed);
  for (const router of routes) app.use(router.routes());
  app.use(refuseUnmatched);
  return listenerOf(app, emit);
};

/**
 * Koa's own callback sends a response that has been sent here, and listens for its end by four events, of which the reset
 * of a client counts as an error of the application.
 */
const listenerOf = (app: App, emit: Emit): RequestListener => {
  const run = compose(app.middleware);
  return async (request: IncomingMessage, response: ServerResponse) => {
    // As Koa has it: what the log shows of a request whose client leaves before its response is not a success.
    response.statusCode = 404;
    const ctx: Context = app.createContext(request, response);
    try {
      await run(ctx);
    } catch (error) {
      // Not even the response of an internal error could be sent.
      emit('internal_error', { traceId: ctx.state.traceId, ...describeError(error), stack: stackOf(error) });
      response.destroy();
    }
  };
};

/** Refuses what no route matches: 405 with `Allow` if the path exists, else 404. */
const refuseUnmatched: Middleware = (ctx) => {
  const { matched = [] } = ctx as unknown as RouterContext;
  const methods = matched.flatMap((layer) => layer.methods);
  if (methods.length === 0) throw new RequestError('NOT_FOUND');
  addHeaders(ctx, { Allow: [...new Set(methods)].join(', ') });
  throw new RequestError('METHOD_NOT_ALLOWED', `Use ${methods.join(' or ')}`);
};
