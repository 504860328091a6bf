import type { Router } from '@koa/router';
import Koa from 'koa';
import type { Cidrs } from '../config/cidrs.ts';
import { describeError, stackOf } from '../errors/describe-error.ts';
import type { Emit } from '../log/events.ts';
import type { App, Context, RequestState } from './context.ts';
import { clientAddress } from './exchange/client-address.ts';
import { allowOrigins } from './exchange/cors.ts';
import { errorEnvelope, sendAnswer } from './exchange/error-envelope.ts';
import { requestEvent } from './exchange/request-event.ts';
import { traceId } from './exchange/trace-id.ts';
import { refuseUnmatched } from './exchange/unmatched.ts';
import { refuseMalformed } from './exchange/well-formed.ts';

export interface AppOptions {
  /** Which listener it serves, as the log calls it. */
  readonly listener: string;
  readonly routes: readonly Router<RequestState>[];
  readonly emit: Emit;
  /** Whose `X-Forwarded-For` is believed; nobody's unless given. */
  readonly trustedProxies?: Cidrs | undefined;
  /** Whose pages may read the answers; nobody's unless given. */
  readonly corsOrigins?: readonly string[];
}

/** The application behind one listener: the list below is all that happens to a request, in order. */
export const createApp = ({ listener, routes, emit, trustedProxies, corsOrigins = [] }: AppOptions): App => {
  const app = new Koa<RequestState>();
  app.use(traceId);
  app.use(sendAnswer(emit));
  app.use(clientAddress(trustedProxies));
  app.use(requestEvent(listener, emit));
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  app.use(errorEnvelope(emit));
  app.use(refuseMalformed);
  for (const router of routes) app.use(router.routes());
  app.use(refuseUnmatched);
  app.on('error', (error: unknown, { state }: Context) =>
    emit('internal_error', { traceId: state.traceId, ...describeError(error), stack: stackOf(error) }),
  );
  return app;
};
