import { type Authenticate, createAuthentication } from '../auth/caller.ts';
import { createLogoutTokenVerifier, type VerifyLogoutToken } from '../auth/logout-token.ts';
import type { Config } from '../config/variables.ts';
import type { GatewayKeys } from '../http/middleware/authenticate.ts';
import type { RevocationFeeds } from '../http/routes/revocations/feeds.ts';
import type { JwtKeys } from './jwt-keys.ts';
import type { RedisParts } from './phases.ts';

/** What a reload replaces, for the routes: they ask for it at each request. */
export interface LiveSettings {
  readonly authenticate: Authenticate;
  readonly verifyLogoutToken: VerifyLogoutToken;
  readonly gatewayKeys: GatewayKeys;
  /** Puts the secrets and keys of another configuration in force together. */
  apply(config: Config): void;
}

export interface LiveSettingsOptions {
  readonly keys: Pick<JwtKeys, 'trustedWith'>;
  readonly redis: Pick<RedisParts, 'renew'>;
  readonly feeds: Pick<RevocationFeeds, 'endUnauthorized'>;
}

export const createLiveSettings = (initial: Config, { keys, redis, feeds }: LiveSettingsOptions): LiveSettings => {
  let verifiers = verifiersFor(initial, keys);
  let gatewayKeys = initial.gateways.keys ?? [];
  return {
    authenticate: (token) => verifiers.authenticate(token),
    verifyLogoutToken: (token) => verifiers.verifyLogoutToken(token),
    gatewayKeys: () => gatewayKeys,
    apply: (config) => {
      verifiers = verifiersFor(config, keys);
      gatewayKeys = config.gateways.keys ?? [];
      feeds.endUnauthorized();
      redis.renew(config);
    },
  };
};

const verifiersFor = ({ jwt, tickets, backchannelLogout }: Config, keys: LiveSettingsOptions['keys']) => {
  const trusted = keys.trustedWith(jwt);
  return {
    authenticate: createAuthentication(jwt, trusted, tickets.claims),
    verifyLogoutToken: createLogoutTokenVerifier(jwt, backchannelLogout.audiences ?? [], trusted),
  };
};
