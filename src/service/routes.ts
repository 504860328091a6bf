import type { Router } from '@koa/router';
import type { Authenticate } from '../auth/caller.ts';
import type { Config } from '../config/variables.ts';
import { type GatewayKeys, requireJwt } from '../http/middleware/authenticate.ts';
import { createAuthenticationThrottle } from '../http/middleware/authentication-throttle.ts';
import type { RequestState } from '../http/middleware/context.ts';
import { createJwtCookie } from '../http/middleware/jwt-cookie.ts';
import { forwardAuthRoutes } from '../http/routes/forward-auth/forward-auth.ts';
import { issueRoute } from '../http/routes/issue.ts';
import { metricsRoute } from '../http/routes/metrics.ts';
import { probeRoutes } from '../http/routes/probes.ts';
import { redeemRoute } from '../http/routes/redeem.ts';
import { revokeRoute } from '../http/routes/revoke.ts';
import { BAD_CREDENTIALS } from '../http/server/limits.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createIssuer } from '../tickets/issue.ts';
import { createRedeemer } from '../tickets/redeem.ts';
import { createRevoker } from '../tickets/revoke.ts';
import type { TicketStore } from '../tickets/store.ts';

export interface RoutesOptions {
  readonly config: Config;
  readonly authenticate: Authenticate;
  readonly gatewayKeys: GatewayKeys;
  readonly store: TicketStore;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  readonly emit: Emit;
}

export type Routes = readonly Router<RequestState>[];

/** The routes of the public listener. */
export const publicRoutes = ({
  config,
  authenticate: authenticateJwt,
  store,
  isDraining,
  emit,
}: RoutesOptions): Routes => {
  const { jwt, tickets, limits } = config;
  const issue = createIssuer({
    store,
    ttlSeconds: tickets.ttlSeconds,
    ...(limits.ticketRate !== 'off' && { rateLimit: limits.ticketRate }),
  });
  const revoke = createRevoker({ store });
  const { corsOrigins: origins = [] } = config.http;
  const jwtCookie = jwt.cookie === undefined ? undefined : createJwtCookie({ name: jwt.cookie, origins });
  const throttled = createAuthenticationThrottle({ limits: BAD_CREDENTIALS, emit });
  const authenticate = throttled(requireJwt(authenticateJwt, jwtCookie));
  return [
    issueRoute({ authenticate, store, issue, emit }),
    revokeRoute({ authenticate, store, revoke, emit }),
    probeRoutes({ store, isDraining, emit }),
  ];
};

/** The routes of the internal listener. */
export const internalRoutes = ({ config, gatewayKeys, store, metrics, isDraining, emit }: RoutesOptions): Routes => {
  const { keys } = config.gateways;
  const { trusted } = config.forwardAuth;
  const redeem = createRedeemer({ store });
  return [
    ...(keys === undefined ? [] : [redeemRoute({ keys: gatewayKeys, store, redeem, emit })]),
    ...(trusted === undefined ? [] : [forwardAuthRoutes({ trusted, redeem, emit })]),
    probeRoutes({ store, isDraining, emit }),
    metricsRoute(metrics),
  ];
};
