import { Router } from '@koa/router';
import { REVOCATIONS_PATH } from '../../../protocol/paths.ts';
import type { Middleware, RequestState } from '../../middleware/context.ts';
import type { RevocationFeeds } from './feeds.ts';

export interface RevocationsRouteOptions {
  /** Requires a gateway key, or refuses the request. */
  readonly authenticate: Middleware;
  readonly feeds: RevocationFeeds;
}

/** Sends gateways the revocations, as they are stored. */
export const revocationsRoute = ({ authenticate, feeds }: RevocationsRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get(REVOCATIONS_PATH, authenticate, (ctx) => feeds.open(ctx));
  return router;
};
