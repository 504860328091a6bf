import type { Router } from '@koa/router';
import type { Config } from '../config/fields.ts';
import { createApp } from '../http/app.ts';
import type { RequestState } from '../http/context.ts';
import { forwardAuthRoutes } from '../http/forward-auth/routes.ts';
import { createListener, type Listener } from '../http/listener.ts';
import { metricsRoute } from '../http/metrics-route.ts';
import { probeRoutes } from '../http/probe-routes.ts';
import { redeemRoutes } from '../http/redeem-routes.ts';
import { ticketRoutes } from '../http/ticket-routes.ts';
import type { KeySource } from '../jwt/key-source.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createIssuer } from '../tickets/issue.ts';
import { createRedeemer } from '../tickets/redeem.ts';
import { createRevoker } from '../tickets/revoke.ts';
import type { TicketStore } from '../tickets/store.ts';

export interface ListenersOptions {
  readonly config: Config;
  readonly jwtKeys: KeySource;
  readonly store: TicketStore;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  readonly emit: Emit;
}

type Routes = readonly Router<RequestState>[];

/** The listeners in the order of their start; the public one last, so that it is the first to stop. */
export const createListeners = (options: ListenersOptions): readonly Listener[] =>
  options.config.http.internalPort === 'off'
    ? [publicListener(options)]
    : [internalListener(options, options.config.http.internalPort), publicListener(options)];

/** What the public listener answers. */
export const publicRoutes = ({ config, jwtKeys, store, isDraining, emit }: ListenersOptions): Routes => {
  const { jwt, tickets, limits } = config;
  const issue = createIssuer({
    store,
    ttlSeconds: tickets.ttlSeconds,
    ...(limits.ticketRate !== 'off' && { rateLimit: limits.ticketRate }),
  });
  const revoke = createRevoker({ store });
  return [ticketRoutes({ jwt, keys: jwtKeys, store, issue, revoke, emit }), probeRoutes({ store, isDraining, emit })];
};

/** What the internal listener answers. */
export const internalRoutes = ({ config, store, metrics, isDraining, emit }: ListenersOptions): Routes => {
  const { keys } = config.gateways;
  const { trusted } = config.forwardAuth;
  const redeem = createRedeemer({ store });
  return [
    ...(keys === undefined ? [] : [redeemRoutes({ keys, store, redeem, emit })]),
    ...(trusted === undefined ? [] : [forwardAuthRoutes({ trusted, redeem, emit })]),
    probeRoutes({ store, isDraining, emit }),
    metricsRoute(metrics),
  ];
};

const publicListener = (options: ListenersOptions): Listener => {
  const { http } = options.config;
  const { emit } = options;
  const app = createApp({
    listener: 'public',
    routes: publicRoutes(options),
    emit,
    trustedProxies: http.trustedProxies,
    corsOrigins: http.corsOrigins ?? [],
  });
  return createListener({ name: 'public', host: http.host, port: http.port, handler: app.callback(), emit });
};

const internalListener = (options: ListenersOptions, port: number): Listener => {
  const { http } = options.config;
  const { emit } = options;
  const app = createApp({
    listener: 'internal',
    routes: internalRoutes(options),
    emit,
    trustedProxies: http.trustedProxies,
  });
  return createListener({ name: 'internal', host: http.internalHost, port, handler: app.callback(), emit });
};
