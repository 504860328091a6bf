import { type Authenticate, createAuthentication } from '../auth/caller.ts';
import type { Config } from '../config/variables.ts';
import type { GatewayKeys } from '../http/middleware/authenticate.ts';
import type { JwtKeys } from './jwt-keys.ts';
import type { RedisParts } from './phases.ts';

/** What a reload replaces, for the routes: they ask for it at each request. */
export interface LiveSettings {
  readonly authenticate: Authenticate;
  readonly gatewayKeys: GatewayKeys;
  /** Puts the secrets and keys of another configuration in force together. */
  apply(config: Config): void;
}

export const createLiveSettings = (
  { jwt, gateways, tickets }: Config,
  keys: Pick<JwtKeys, 'trustedWith'>,
  redis: Pick<RedisParts, 'renew'>,
): LiveSettings => {
  let authenticate = createAuthentication(jwt, keys.trustedWith(jwt), tickets.claims);
  let gatewayKeys = gateways.keys ?? [];
  return {
    authenticate: (token) => authenticate(token),
    gatewayKeys: () => gatewayKeys,
    apply: (config) => {
      authenticate = createAuthentication(config.jwt, keys.trustedWith(config.jwt), tickets.claims);
      gatewayKeys = config.gateways.keys ?? [];
      redis.renew(config);
    },
  };
};
