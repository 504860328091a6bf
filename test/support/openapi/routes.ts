import type { Router } from '@koa/router';
import type { RequestState } from '../../../src/http/middleware/context.ts';
import { createRevocationFeeds } from '../../../src/http/routes/revocations/feeds.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { internalRoutes, publicRoutes, type RoutesOptions } from '../../../src/service/routes.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { configOf } from '../config.ts';
import { GATEWAY_KEY } from '../redeem.ts';

export interface Route {
  readonly listener: string;
  readonly methods: readonly string[];
  /** A path that it takes. */
  readonly path: string;
  takes(path: string): boolean;
}

const EVERYTHING = {
  GATEWAY_KEYS: GATEWAY_KEY,
  FORWARD_AUTH_TRUSTED: '127.0.0.1',
  JWT_ISSUER: 'https://idp.example/',
  BACKCHANNEL_LOGOUT_AUDIENCE: 'web-app',
};

/** Every route of the service, with all of it switched on. */
export const routesInCode = async (): Promise<readonly Route[]> => {
  const emit = () => {};
  const revocations = createMemoryRevocationLog();
  const options: RoutesOptions = {
    config: await configOf(EVERYTHING),
    authenticate: async () => Promise.reject(new Error('no JWT')),
    verifyLogoutToken: async () => Promise.reject(new Error('no logout token')),
    gatewayKeys: () => [],
    store: createMemoryStore(),
    revocations,
    feeds: createRevocationFeeds({ log: revocations, emit }),
    metrics: createMetrics({ inFlight: () => 0 }),
    isDraining: () => false,
    emit,
  };
  return [...routesOf('public', publicRoutes(options)), ...routesOf('internal', internalRoutes(options))];
};

const routesOf = (listener: string, routers: readonly Router<RequestState>[]): readonly Route[] =>
  routers
    .flatMap(({ stack }) => stack)
    .map((layer) => ({
      listener,
      methods: layer.methods,
      path: filled(String(layer.path)),
      takes: (path) => layer.match(path),
    }));

/** A router's path with a value for each `:name` and `{*rest}`. */
const filled = (path: string): string => path.replace(/:\w+/g, 'chat').replace(/\{\*\w+\}/g, 'ws/room');
