/**
 * The catalogue of log events: each declared once, with its level, its message and its fields.
 * A field type ending in `?` may be absent. Durations are milliseconds.
 */
export const events = {
  phase_start: {
    level: 'info',
    msg: 'Start-up phase begins',
    fields: { phase: 'string', timeoutMs: 'number' },
  },
  phase_ok: {
    level: 'info',
    msg: 'Start-up phase done',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number' },
  },
  phase_fail: {
    level: 'error',
    msg: 'Start-up phase failed',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number', error: 'string', errorCode: 'string' },
  },
  phase_timeout: {
    level: 'error',
    msg: 'Start-up phase ran out of time',
    fields: { phase: 'string', durationMs: 'number', timeoutMs: 'number', error: 'string', errorCode: 'string' },
  },
  phase_stop_fail: {
    level: 'error',
    msg: 'A phase could not be stopped cleanly',
    fields: { phase: 'string', durationMs: 'number', error: 'string', errorCode: 'string' },
  },
  redis_connect_start: {
    level: 'info',
    msg: 'Connecting to Redis',
    fields: { endpoint: 'string', timeoutMs: 'number' },
  },
  redis_connect_ok: {
    level: 'info',
    msg: 'Redis is ready for the first time',
    fields: { endpoint: 'string', durationMs: 'number', attempts: 'number' },
  },
  redis_connect_fail: {
    level: 'error',
    msg: 'Redis is not usable',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string', attempts: 'number', downMs: 'number' },
  },
  redis_connect_fatal: {
    level: 'fatal',
    msg: 'Giving up: the service does not start without Redis',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string' },
  },
  redis_connect_degraded: {
    level: 'warn',
    msg: 'Going on without Redis: tickets are refused until it is there',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string' },
  },
  redis_down: {
    level: 'error',
    msg: 'Redis was lost',
    fields: { endpoint: 'string', reason: 'string', errorCode: 'string' },
  },
  redis_up: {
    level: 'info',
    msg: 'Redis is back',
    fields: { endpoint: 'string', reason: 'string', downMs: 'number' },
  },
  memory_store: {
    level: 'warn',
    msg: 'Tickets are kept in this process alone: for trying things out',
    fields: {},
  },
  jwks_refreshed: {
    level: 'info',
    msg: 'The identity provider has other keys, or can be asked again',
    fields: { endpoint: 'string', kids: 'string', keys: 'number', unusable: 'number' },
  },
  jwks_refresh_fail: {
    level: 'error',
    msg: 'The identity provider cannot be asked: keys that came before stay in use',
    fields: { endpoint: 'string', error: 'string', errorCode: 'string', attempts: 'number', downMs: 'number' },
  },
  jwks_expired: {
    level: 'error',
    msg: 'Keys not refreshed for too long: every JWT is rejected with 503',
    fields: { endpoint: 'string', ageMs: 'number' },
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
    msg: 'Ticket refused',
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
    msg: 'Outstanding tickets revoked',
    fields: {
      traceId: 'string',
      address: 'string?',
      sessionId: 'string?',
      subject: 'string',
      scope: 'string',
      durationMs: 'number',
    },
  },
  ws_ticket_outcome_unknown: {
    level: 'error',
    msg: 'The answer of Redis was lost: the ticket may be spent',
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
    msg: 'Ticket refused: Redis is not ready',
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
    msg: 'Forward-auth was asked from outside FORWARD_AUTH_TRUSTED',
    fields: { traceId: 'string', peer: 'string' },
  },
  readiness_redis_down: {
    level: 'error',
    msg: 'A readiness probe found Redis down',
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
    msg: 'Bad credentials in heaps from one address: their refusals are paced',
    fields: { traceId: 'string', address: 'string', count: 'number' },
  },
  request_shed: {
    level: 'warn',
    msg: 'Request refused unseen: too many are under way',
    fields: { traceId: 'string', listener: 'string' },
  },
  connection_dropped: {
    level: 'warn',
    msg: 'Connection closed at once: there are too many',
    fields: { listener: 'string' },
  },
  internal_error: {
    level: 'error',
    msg: 'A request met an error of our own',
    fields: { traceId: 'string', sessionId: 'string?', error: 'string', errorCode: 'string', stack: 'string?' },
  },
  uncaught_error: {
    level: 'fatal',
    msg: 'An error nobody caught: the process ends',
    fields: { error: 'string', errorCode: 'string', stack: 'string?' },
  },
  server_listening: {
    level: 'info',
    msg: 'Listening',
    fields: { listener: 'string', host: 'string', port: 'number' },
  },
  server_draining: {
    level: 'info',
    msg: 'Draining: not ready, still serving',
    fields: { signal: 'string', drainMs: 'number' },
  },
  server_stopped: {
    level: 'info',
    msg: 'Stopped',
    fields: { signal: 'string', durationMs: 'number' },
  },
  server_stop_forced: {
    level: 'error',
    msg: 'Stopped by force at the shutdown deadline',
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

/** The fields of one event, as its declaration demands them. */
export type EventFields<E extends EventName> = Fields<Declared<E>>;

/** Tells that something happened; whoever listens (the log, the metrics) decides what becomes of it. */
export type Emit = <E extends EventName>(event: E, fields: EventFields<E>) => void;
