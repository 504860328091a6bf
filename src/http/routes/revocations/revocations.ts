import { Router } from '@koa/router';
import { REVOCATIONS_PATH } from '../../../protocol/paths.ts';
import type { AuthenticationCheck } from '../../middleware/authentication-throttle.ts';
import type { Middleware, RequestState } from '../../middleware/context.ts';
import type { RevocationFeeds } from './feeds.ts';

export interface RevocationsRouteOptions {
  /** Requires a gateway key, or refuses the request. */
  readonly authenticate: Middleware;
  /** The same, without its throttle. */
  readonly requireKey: AuthenticationCheck;
  readonly feeds: RevocationFeeds;
}

/** Sends gateways the revocations, as they are stored. */
export const revocationsRoute = ({
  authenticate,
  requireKey,
  feeds,
}: RevocationsRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get(REVOCATIONS_PATH, authenticate, (ctx) => feeds.open(ctx, requireKey));
  return router;
};
