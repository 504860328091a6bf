import type { Router } from '@koa/router';
import type { Authenticate } from '../auth/caller.ts';
import type { VerifyLogoutToken } from '../auth/logout-token.ts';
import type { Config } from '../config/variables.ts';
import {
  type GatewayKeys,
  requireClientSecret,
  requireGatewayKey,
  requireJwt,
} from '../http/middleware/authenticate.ts';
import { createAuthenticationThrottle } from '../http/middleware/authentication-throttle.ts';
import type { RequestState } from '../http/middleware/context.ts';
import { createJwtCookie } from '../http/middleware/jwt-cookie.ts';
import { backchannelLogoutRoute, requireLogoutToken } from '../http/routes/backchannel-logout.ts';
import { endSessionsRoute } from '../http/routes/end-sessions.ts';
import { forwardAuthRoutes } from '../http/routes/forward-auth/forward-auth.ts';
import { introspectRoute } from '../http/routes/introspect.ts';
import { issueRoute } from '../http/routes/issue.ts';
import { metricsRoute } from '../http/routes/metrics.ts';
import { probeRoutes } from '../http/routes/probes.ts';
import { redeemRoute } from '../http/routes/redeem.ts';
import type { RevocationFeeds } from '../http/routes/revocations/feeds.ts';
import { revocationsRoute } from '../http/routes/revocations/revocations.ts';
import { revokeRoute } from '../http/routes/revoke.ts';
import { BAD_CREDENTIALS } from '../http/server/limits.ts';
import type { Emit } from '../log/events.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createSessionEnder } from '../tickets/end-sessions.ts';
import { createIssuer } from '../tickets/issue.ts';
import { createProviderLogout } from '../tickets/provider-logout.ts';
import { createRedeemer, type RedeemTicket } from '../tickets/redeem.ts';
import { createRevoker, type Revoke } from '../tickets/revoke.ts';
import { createCallerRevoker } from '../tickets/revoke-caller.ts';
import { issuerPolicyOf } from './issuer-policy.ts';
import type { Storage } from './phases.ts';

export interface RoutesOptions extends Storage {
  readonly config: Config;
  readonly authenticate: Authenticate;
  readonly verifyLogoutToken: VerifyLogoutToken;
  readonly gatewayKeys: GatewayKeys;
  readonly feeds: RevocationFeeds;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  readonly emit: Emit;
}

export type Routes = readonly Router<RequestState>[];

/** The routes of the public listener. */
export const publicRoutes = (options: RoutesOptions): Routes => {
  const { config, store, isDraining, emit } = options;
  const { jwt, http, tickets, limits } = config;
  const { anyIssuer } = issuerPolicyOf(jwt);
  const issue = createIssuer({
    store,
    ttlSeconds: tickets.ttlSeconds,
    anyIssuer,
    ...(limits.ticketRate !== 'off' && { rateLimit: limits.ticketRate }),
  });
  const revoke = createCallerRevoker({ store, revoke: revokerOf(options), anyIssuer });
  const { corsOrigins: origins = [] } = http;
  const jwtCookie = jwt.cookie === undefined ? undefined : createJwtCookie({ name: jwt.cookie, origins });
  const throttled = createAuthenticationThrottle({ limits: BAD_CREDENTIALS, emit });
  const authenticate = throttled(requireJwt(options.authenticate, jwtCookie));
  return [
    issueRoute({ authenticate, store, issue, emit }),
    revokeRoute({ authenticate, store, revoke, emit }),
    ...logoutRoutes(options, throttled),
    probeRoutes({ store, isDraining, emit }),
  ];
};

type Throttle = ReturnType<typeof createAuthenticationThrottle>;

/** The route for identity providers; none without `BACKCHANNEL_LOGOUT_AUDIENCE`. */
const logoutRoutes = (options: RoutesOptions, throttled: Throttle): Routes => {
  const { config, verifyLogoutToken, store, emit } = options;
  if (config.backchannelLogout.audiences === undefined) return [];
  const authenticate = throttled(requireLogoutToken(verifyLogoutToken));
  const { subjectClaim } = config.jwt;
  const logOut = createProviderLogout({ store, revoke: revokerOf(options), subjectClaim });
  return [backchannelLogoutRoute({ authenticate, store, logOut, emit })];
};

/** The routes of the internal listener. */
export const internalRoutes = (options: RoutesOptions): Routes => {
  const { config, store, revocations, metrics, isDraining, emit } = options;
  const { trusted } = config.forwardAuth;
  const redeem = createRedeemer({ store, log: revocations });
  return [
    ...gatewayRoutes(options, redeem),
    ...(trusted === undefined ? [] : [forwardAuthRoutes({ trusted, redeem, emit })]),
    probeRoutes({ store, isDraining, emit }),
    metricsRoute(metrics),
  ];
};

/** The routes that need a gateway key; none without one. */
const gatewayRoutes = (options: RoutesOptions, redeem: RedeemTicket): Routes => {
  const { config, gatewayKeys, store, feeds, emit } = options;
  if (config.gateways.keys === undefined) return [];
  const requireKey = requireGatewayKey(gatewayKeys);
  const throttled = createAuthenticationThrottle({ limits: BAD_CREDENTIALS, emit });
  const authenticate = throttled(requireKey);
  const policy = issuerPolicyOf(config.jwt);
  const endSessions = createSessionEnder({ revoke: revokerOf(options), ...policy });
  return [
    redeemRoute({ authenticate, store, redeem, emit }),
    introspectRoute({ authenticate: throttled(requireClientSecret(gatewayKeys)), store, redeem, emit }),
    endSessionsRoute({ authenticate, store, endSessions, ...policy, emit }),
    revocationsRoute({ authenticate, requireKey, feeds }),
  ];
};

const revokerOf = ({ config, store, revocations }: RoutesOptions): Revoke =>
  createRevoker({ store, log: revocations, retentionSeconds: config.revocations.retentionSeconds });
