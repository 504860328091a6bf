import type { Router } from '@koa/router';
import { createAuthentication } from '../auth/caller.ts';
import type { KeySource } from '../auth/key-source.ts';
import type { Config } from '../config/variables.ts';
import { createApp } from '../http/app.ts';
import { requireJwt } from '../http/middleware/authenticate.ts';
import { createAuthenticationThrottle } from '../http/middleware/authentication-throttle.ts';
import type { RequestState } from '../http/middleware/context.ts';
import { readableBy } from '../http/middleware/cors.ts';
import { forwardAuthRoutes } from '../http/routes/forward-auth/forward-auth.ts';
import { issueRoute } from '../http/routes/issue.ts';
import { metricsRoute } from '../http/routes/metrics.ts';
import { probeRoutes } from '../http/routes/probes.ts';
import { redeemRoute } from '../http/routes/redeem.ts';
import { revokeRoute } from '../http/routes/revoke.ts';
import {
  type ConcurrencyLimiter,
  createConcurrencyLimiter,
  limitConcurrency,
} from '../http/server/concurrency-limiter.ts';
import { BAD_CREDENTIALS, CONCURRENCY_LIMITS, PROBE_CONCURRENCY_LIMITS } from '../http/server/limits.ts';
import { createListener, type Listener } from '../http/server/listener.ts';
import { refuseOverload } from '../http/server/overload.ts';
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

/** The listeners that have begun to start, as one. */
export interface ListenerGroup {
  add(listener: Listener): void;
  /** From now on every response of every listener asks its client to close the connection. */
  drain(): void;
  isDraining(): boolean;
  inFlight(): number;
}

export const createListenerGroup = (): ListenerGroup => {
  const listeners: Listener[] = [];
  let draining = false;
  return {
    add: (listener) => listeners.push(listener),
    drain: () => {
      draining = true;
      for (const { drain } of listeners) drain();
    },
    isDraining: () => draining,
    inFlight: () => listeners.reduce((sum, { inFlight }) => sum + inFlight(), 0),
  };
};

/** The listeners in the order of their start; the public one last, so that it is the first to stop. */
export const createListeners = (options: ListenersOptions): readonly Listener[] =>
  options.config.http.internalPort === 'off'
    ? [publicListener(options)]
    : [internalListener(options, options.config.http.internalPort), publicListener(options)];

/** The routes of the public listener. */
export const publicRoutes = ({ config, jwtKeys, store, isDraining, emit }: ListenersOptions): Routes => {
  const { jwt, tickets, limits } = config;
  const issue = createIssuer({
    store,
    ttlSeconds: tickets.ttlSeconds,
    ...(limits.ticketRate !== 'off' && { rateLimit: limits.ticketRate }),
  });
  const revoke = createRevoker({ store });
  const throttled = createAuthenticationThrottle({ limits: BAD_CREDENTIALS, emit });
  const authenticate = throttled(requireJwt(createAuthentication(jwt, jwtKeys)));
  return [
    issueRoute({ authenticate, store, issue, emit }),
    revokeRoute({ authenticate, store, revoke, emit }),
    probeRoutes({ store, isDraining, emit }),
  ];
};

/** The routes of the internal listener. */
export const internalRoutes = ({ config, store, metrics, isDraining, emit }: ListenersOptions): Routes => {
  const { keys } = config.gateways;
  const { trusted } = config.forwardAuth;
  const redeem = createRedeemer({ store });
  return [
    ...(keys === undefined ? [] : [redeemRoute({ keys, store, redeem, emit })]),
    ...(trusted === undefined ? [] : [forwardAuthRoutes({ trusted, redeem, emit })]),
    probeRoutes({ store, isDraining, emit }),
    metricsRoute(metrics),
  ];
};

const publicListener = (options: ListenersOptions): Listener => {
  const { host, port, corsOrigins = [] } = options.config.http;
  return listenerOf(options, { name: 'public', host, port, corsOrigins, routesOf: publicRoutes });
};

const internalListener = (options: ListenersOptions, port: number): Listener => {
  const { internalHost: host } = options.config.http;
  return listenerOf(options, { name: 'internal', host, port, corsOrigins: [], routesOf: internalRoutes });
};

interface ListenerSpec {
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly routesOf: (options: ListenersOptions) => Routes;
}

// Each has its own concurrency limiters: a flood on the public listener does not keep a gateway from redeeming.
const listenerOf = (options: ListenersOptions, { name, host, port, corsOrigins, routesOf }: ListenerSpec): Listener => {
  const { config, emit } = options;
  const limiter = createConcurrencyLimiter(CONCURRENCY_LIMITS);
  const routes = routesOf({ ...options, store: trackedStore(options.store, limiter) });
  const { trustedProxies, keepAliveTimeoutMs: keepAliveMs } = config.http;
  const app = createApp({ listener: name, routes, emit, trustedProxies, corsOrigins });
  const handler = limitConcurrency({
    limiter,
    probeLimiter: createConcurrencyLimiter(PROBE_CONCURRENCY_LIMITS),
    answer: app,
    refuse: refuseOverload({ listener: name, emit, corsHeaders: readableBy(corsOrigins) }),
  });
  return createListener({ name, host, port, handler, emit, keepAliveMs });
};

/** The store, whose calls the concurrency limiter counts while they last. */
const trackedStore = (store: TicketStore, { track }: Pick<ConcurrencyLimiter, 'track'>): TicketStore => ({
  name: store.name,
  isReady: store.isReady,
  put: (digest, payload, ttlMs) => track(store.put(digest, payload, ttlMs)),
  replace: (digest, payload) => track(store.replace(digest, payload)),
  forget: (digest) => track(store.forget(digest)),
  take: (digest) => track(store.take(digest)),
  revoke: (key, id, ttlMs) => track(store.revoke(key, id, ttlMs)),
  revocationIds: (keys) => track(store.revocationIds(keys)),
  count: (key, windowMs) => track(store.count(key, windowMs)),
});
