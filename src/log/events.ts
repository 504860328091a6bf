/**
 * Every log event, declared once with its level, message and fields.
 * A field whose type ends in `?` may be absent. Durations are milliseconds.
 */
export const events = {
  phase_start: {
    level: 'info',
    msg: 'Start-up phase started',
    fields: { phase: 'string', timeoutMs: 'number' },
  },
  phase_ok: {
    level: 'info',
    msg: 'Start-up phase completed',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number' },
  },
  phase_fail: {
    level: 'error',
    msg: 'Start-up phase failed',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number', error: 'string', errorCode: 'string' },
  },
  phase_timeout: {
    level: 'error',
    msg: 'Start-up phase timed out',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number', error: 'string', errorCode: 'string' },
  },
  phase_stop_fail: {
    level: 'error',
    msg: 'Phase did not stop cleanly',
    fields: { phase: 'string', durationMs: 'number', error: 'string', errorCode: 'string' },
  },
  redis_connect_start: {
    level: 'info',
    msg: 'Connecting to Redis',
    fields: { endpoint: 'string', timeoutMs: 'number' },
  },
  redis_connect_ok: {
    level: 'info',
    msg: 'Redis connection ready',
    fields: { endpoint: 'string', durationMs: 'number', attempts: 'number' },
  },
  redis_connect_fail: {
    level: 'error',
    msg: 'Redis unavailable',
    fields: {
      endpoint: 'string',
      error: 'string',
      errorCode: 'string',
      remedy: 'string?',
      attempts: 'number',
      downMs: 'number',
    },
  },
  redis_connect_fatal: {
    level: 'fatal',
    msg: 'Redis unavailable: start-up aborted',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string', remedy: 'string?' },
  },
  redis_connect_degraded: {
    level: 'warn',
    msg: 'Redis unavailable: starting in degraded mode, ticket requests get 503',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string', remedy: 'string?' },
  },
  redis_down: {
    level: 'error',
    msg: 'Redis connection lost',
    fields: { endpoint: 'string', reason: 'string', errorCode: 'string' },
  },
  redis_up: {
    level: 'info',
    msg: 'Redis connection restored',
    fields: { endpoint: 'string', reason: 'string', downMs: 'number' },
  },
  memory_store: {
    level: 'warn',
    msg: 'Tickets stored in memory of this process: for development only',
    fields: {},
  },
  config_reloaded: {
    level: 'info',
    msg: 'Secrets and keys reloaded',
    fields: { names: 'string' },
  },
  config_reload_fail: {
    level: 'error',
    msg: 'Secrets and keys not reloaded: the old ones stay in force',
    fields: { names: 'string', error: 'string', errorCode: 'string' },
  },
  jwt_cookie_unprefixed: {
    level: 'warn',
    msg: 'The name of JWT_COOKIE does not begin with __Host-: any subdomain can set such a cookie',
    fields: { cookie: 'string' },
  },
  jwks_refreshed: {
    level: 'info',
    msg: 'Keys of an identity provider changed, or available again',
    fields: { endpoint: 'string', kids: 'string', keys: 'number', unusable: 'number' },
  },
  jwks_refresh_fail: {
    level: 'error',
    msg: 'Keys of an identity provider not fetched: its last keys stay in use',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string', attempts: 'number', downMs: 'number' },
  },
  jwks_expired: {
    level: 'error',
    msg: 'Keys of an identity provider expired: its JWTs are rejected with 503',
    fields: { endpoint: 'string', ageMs: 'number' },
  },
  auth_rejected: {
    level: 'warn',
    msg: 'JWT rejected',
    fields: { traceId: 'string', address: 'string?', reason: 'string', detail: 'string', count: 'number' },
  },
  ws_ticket_issued: {
    level: 'info',
    msg: 'Ticket issued',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string',
      ticketId: 'string',
      durationMs: 'number',
    },
  },
  ws_ticket_redeemed: {
    level: 'info',
    msg: 'Ticket redeemed',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string?',
      ticketId: 'string',
      via: 'string',
      issueTraceId: 'string?',
      durationMs: 'number',
    },
  },
  ws_ticket_rejected: {
    level: 'warn',
    msg: 'Ticket rejected',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string?',
      ticketId: 'string?',
      via: 'string',
      reason: 'string',
      issueTraceId: 'string?',
      durationMs: 'number',
    },
  },
  ws_ticket_revoked: {
    level: 'info',
    msg: 'Revocation stored: tickets are void, gateways close the sockets',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string?',
      scope: 'string',
      via: 'string',
      durationMs: 'number',
    },
  },
  revocation_reader_down: {
    level: 'error',
    msg: 'Revocations cannot be read: open sockets of revoked sessions stay open',
    fields: { error: 'string', errorCode: 'string', downMs: 'number' },
  },
  revocation_reader_up: {
    level: 'info',
    msg: 'Revocations can be read again',
    fields: { downMs: 'number' },
  },
  revocation_feed_opened: {
    level: 'info',
    msg: 'Revocation feed opened',
    fields: { traceId: 'string', address: 'string?', feeds: 'number' },
  },
  revocation_feed_closed: {
    level: 'info',
    msg: 'Revocation feed closed',
    fields: { traceId: 'string', address: 'string?', reason: 'string', feeds: 'number', durationMs: 'number' },
  },
  ws_ticket_outcome_unknown: {
    level: 'error',
    msg: 'Redis reply lost: the ticket may be spent',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string?',
      error: 'string',
      errorCode: 'string',
    },
  },
  ws_ticket_redis_not_ready: {
    level: 'error',
    msg: 'Ticket request rejected: Redis is not ready',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string?',
      error: 'string',
      errorCode: 'string',
    },
  },
  forward_auth_untrusted: {
    level: 'warn',
    msg: 'Forward-auth request rejected: its address is not in FORWARD_AUTH_TRUSTED',
    fields: { traceId: 'string', peer: 'string' },
  },
  readiness_redis_down: {
    level: 'error',
    msg: 'Readiness probe failed: Redis is not ready',
    fields: { traceId: 'string' },
  },
  request: {
    level: 'debug',
    msg: 'Request answered',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      listener: 'string',
      method: 'string',
      route: 'string',
      status: 'number',
      errorCode: 'string?',
      reason: 'string?',
      durationMs: 'number',
    },
  },
  bad_credentials_flood: {
    level: 'warn',
    msg: 'Too many failed authentications from one address: throttling',
    fields: { traceId: 'string', address: 'string', count: 'number' },
  },
  request_shed: {
    level: 'warn',
    msg: 'Request rejected before processing: too many in flight',
    fields: { traceId: 'string', listener: 'string' },
  },
  connection_dropped: {
    level: 'warn',
    msg: 'Connection rejected: too many connections',
    fields: { listener: 'string' },
  },
  internal_error: {
    level: 'error',
    msg: 'Request failed with an internal error',
    fields: { traceId: 'string', sessionId: 'string?', error: 'string', errorCode: 'string', stack: 'string?' },
  },
  uncaught_error: {
    level: 'fatal',
    msg: 'Uncaught error: the process exits',
    fields: { error: 'string', errorCode: 'string', stack: 'string?' },
  },
  library_output: {
    level: 'warn',
    msg: 'A library or Node.js printed a message',
    fields: { source: 'string', text: 'string' },
  },
  log_lines_dropped: {
    level: 'error',
    msg: 'Log lines dropped: the reader of standard output is too slow',
    fields: { count: 'number' },
  },
  server_listening: {
    level: 'info',
    msg: 'Listener started',
    fields: { listener: 'string', host: 'string', port: 'number' },
  },
  server_draining: {
    level: 'info',
    msg: 'Draining: not ready, still answering requests',
    fields: { signal: 'string', drainMs: 'number' },
  },
  server_stopped: {
    level: 'info',
    msg: 'Service stopped',
    fields: { signal: 'string', durationMs: 'number' },
  },
  server_stop_forced: {
    level: 'error',
    msg: 'Service stop forced at the shutdown deadline',
    fields: { signal: 'string', durationMs: 'number', pending: 'string' },
  },
} as const satisfies Record<string, EventDeclaration>;

type FieldType = 'string' | 'number' | 'string?' | 'number?';

export interface EventDeclaration {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly msg: string;
  readonly fields: Readonly<Record<string, FieldType>>;
}

export type EventName = keyof typeof events;

type ValueOf<T> = T extends `string${string}` ? string : number;
type Declared<E extends EventName> = (typeof events)[E]['fields'];
type Fields<T> = {
  readonly [K in keyof T as T[K] extends `${string}?` ? never : K]: ValueOf<T[K]>;
} & {
  readonly [K in keyof T as T[K] extends `${string}?` ? K : never]?: ValueOf<T[K]> | undefined;
};

/** The fields of one event, as declared. */
export type EventFields<E extends EventName> = Fields<Declared<E>>;

/** Reports an event to its listeners: the log and the metrics. */
export type Emit = <E extends EventName>(event: E, fields: EventFields<E>) => void;
