import type { Router } from '@koa/router';
import type { RequestState } from '../../../src/http/context.ts';
import { fixedKeys } from '../../../src/jwt/key-source.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { internalRoutes, type ListenersOptions, publicRoutes } from '../../../src/service/listeners.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { configOf } from '../config.ts';
import { GATEWAY_KEY } from '../redeem.ts';

/** Every route of the service with all of it switched on, as METHOD PATH LISTENERS. */
export const routesInCode = async (): Promise<readonly string[]> => {
  const options: ListenersOptions = {
    config: await configOf({ GATEWAY_KEYS: GATEWAY_KEY }),
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

const routesOf = (routers: readonly Router<RequestState>[]): readonly string[] =>
  routers.flatMap(({ stack }) => stack.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)));
