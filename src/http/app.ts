import type { Router } from '@koa/router';
import Koa from 'koa';
import type { Cidrs } from '../config/cidrs.ts';
import type { Emit } from '../log/events.ts';
import type { App, RequestState } from './context.ts';
import { sendAnswer } from './exchange/answer.ts';
import { clientAddress } from './exchange/client-address.ts';
import { allowOrigins } from './exchange/cors.ts';
import { errorEnvelope } from './exchange/error-envelope.ts';
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
  app.use(sendAnswer);
  app.use(traceId);
  app.use(clientAddress(trustedProxies));
  app.use(requestEvent(listener, emit));
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  app.use(errorEnvelope(emit));
  app.use(refuseMalformed);
  for (const router of routes) app.use(router.routes());
  app.use(refuseUnmatched);
  // Only a connection that broke while its answer was written gets here; the `request` event tells of it.
  app.on('error', () => {});
  return app;
};
