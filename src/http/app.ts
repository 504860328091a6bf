import type { Router } from '@koa/router';
import Koa from 'koa';
import type { Cidrs } from '../config/cidrs.ts';
import { describeError, stackOf } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { clientAddress } from './middleware/client-address.ts';
import type { App, Context, RequestState } from './middleware/context.ts';
import { allowOrigins } from './middleware/cors.ts';
import { errorEnvelope, sendAnswer } from './middleware/error-mapping.ts';
import { requestEvent } from './middleware/request-log.ts';
import { traceId } from './middleware/trace-id.ts';
import { refuseUnmatched } from './middleware/unmatched.ts';
import { refuseMalformed } from './middleware/well-formed.ts';

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
