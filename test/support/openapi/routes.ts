import type { Router } from '@koa/router';
import type { RequestState } from '../../../src/http/context.ts';
import { fixedKeys } from '../../../src/jwt/key-source.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { internalRoutes, type ListenersOptions, publicRoutes } from '../../../src/service/listeners.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { configOf } from '../config.ts';
import { GATEWAY_KEY } from '../redeem.ts';
import { METHODS } from './document.ts';

/** Every route of the service with all of it switched on, as METHOD PATH LISTENERS. */
export const routesInCode = async (): Promise<readonly string[]> => {
  const options: ListenersOptions = {
    config: await configOf({ GATEWAY_KEYS: GATEWAY_KEY, FORWARD_AUTH_TRUSTED: '127.0.0.1' }),
    jwtKeys: fixedKeys([], []),
    store: createMemoryStore(),
    metrics: createMetrics({ inFlight: () => 0 }),
    isDraining: () => false,
    emit: () => {},
  };
  const onPublic = routesOf(publicRoutes(options));
  const onInternal = routesOf(internalRoutes(options));
  const listenersOf = (route: string) => [
    ...(onPublic.includes(route) ? ['public'] : []),
    ...(onInternal.includes(route) ? ['internal'] : []),
  ];
  return [...new Set([...onPublic, ...onInternal])].map((route) => `${route} ${listenersOf(route)}`);
};

const routesOf = (routers: readonly Router<RequestState>[]): readonly string[] => {
  const routes = routers.flatMap(({ stack }) =>
    stack.flatMap(({ methods, path }) =>
      methods.filter(isListed).map((method) => `${method} ${template(String(path))}`),
    ),
  );
  return [...new Set(routes)];
};

const isListed = (method: string): boolean => METHODS.some((listed) => listed.toUpperCase() === method);

/** A path as the document writes it: one for all proxies that are asked alike, with an audience or without. */
const template = (path: string): string =>
  path.replace(/(\/forward-auth)\/\w+(@:audience)?/, '$1/{location}').replace(/\{\*(\w+)\}/, '{$1}');
