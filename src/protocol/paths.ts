/** The paths of the HTTP API, the same for the service, the gateway library and the CLI. */
export const API_PREFIX = '/api/v1/auth';
export const HEALTH_PATHS = ['/health', '/api/v1/health'] as const;
export const READY_PATHS = ['/ready', '/api/v1/ready'] as const;
export const METRICS_PATH = '/metrics';
