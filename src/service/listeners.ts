import { createApp } from '../http/app.ts';
import { readableBy } from '../http/middleware/cors.ts';
import { createConcurrencyLimiter, limitConcurrency } from '../http/server/concurrency-limiter.ts';
import { CONCURRENCY_LIMITS, PROBE_CONCURRENCY_LIMITS } from '../http/server/limits.ts';
import { createListener, type Listener } from '../http/server/listener.ts';
import { refuseOverload } from '../http/server/overload.ts';
import { internalRoutes, publicRoutes, type Routes, type RoutesOptions } from './routes.ts';
import { trackedStore } from './tracked-store.ts';

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
export const createListeners = (options: RoutesOptions): readonly Listener[] =>
  options.config.http.internalPort === 'off'
    ? [publicListener(options)]
    : [internalListener(options, options.config.http.internalPort), publicListener(options)];

const publicListener = (options: RoutesOptions): Listener => {
  const { host, port, corsOrigins = [] } = options.config.http;
  return listenerOf(options, { name: 'public', host, port, corsOrigins, routesOf: publicRoutes });
};

const internalListener = (options: RoutesOptions, port: number): Listener => {
  const { internalHost: host } = options.config.http;
  return listenerOf(options, { name: 'internal', host, port, corsOrigins: [], routesOf: internalRoutes });
};

interface ListenerSpec {
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly routesOf: (options: RoutesOptions) => Routes;
}

// Each has its own concurrency limiters: a flood on the public listener does not keep a gateway from redeeming.
const listenerOf = (options: RoutesOptions, { name, host, port, corsOrigins, routesOf }: ListenerSpec): Listener => {
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
