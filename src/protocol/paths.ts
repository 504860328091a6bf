/** The paths of the HTTP API, the same for the service, the gateway library and the CLI. */
export const ISSUE_PATH = '/api/v1/auth/ws-ticket';
export const REVOKE_PATH = `${ISSUE_PATH}/revoke`;
export const REDEEM_PATH = `${ISSUE_PATH}/redeem`;
/** The feed of revocations, for gateways. */
export const REVOCATIONS_PATH = '/api/v1/auth/revocations';
export const BACKCHANNEL_LOGOUT_PATH = '/api/v1/auth/backchannel-logout';
/** Redeems as RFC 7662 has it. */
export const INTROSPECTION_PATH = '/oauth2/introspect';
/** In front of the name of a proxy. */
export const FORWARD_AUTH_PATH = '/forward-auth';
export const HEALTH_PATHS = ['/health', '/api/v1/health'] as const;
export const READY_PATHS = ['/ready', '/api/v1/ready'] as const;
export const METRICS_PATH = '/metrics';
