import { CHALLENGE_HEADER, RETRY_AFTER_HEADER } from './headers.ts';

/** Why a request was refused: the closed list that callers see as `errorCode`. */
export type ErrorCode =
  | 'AUTH_KEYS_UNAVAILABLE'
  | 'AUTH_TOKEN_INVALID'
  | 'AUTH_TOKEN_MISSING'
  | 'BAD_REQUEST'
  | 'FORWARD_AUTH_UNTRUSTED'
  | 'GATEWAY_UNAUTHORIZED'
  | 'INTERNAL_ERROR'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'PAYLOAD_TOO_LARGE'
  | 'REQUEST_HEADERS_TOO_LARGE'
  | 'REQUEST_TIMEOUT'
  | 'SERVICE_OVERLOADED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'WS_TICKET_MISSING'
  | 'WS_TICKET_NOT_REDEEMABLE'
  | 'WS_TICKET_OUTCOME_UNKNOWN'
  | 'WS_TICKET_RATE_LIMITED'
  | 'WS_TICKET_REDIS_NOT_READY';

/** How an error looks on the wire. */
export interface WireError {
  readonly status: number;
  /** The text for the caller, if the error has none of its own. */
  readonly message: string;
  /** The `WWW-Authenticate` header, which RFC 9110, section 11.6.1, demands of every 401. */
  readonly challenge?: string;
  /** Seconds until another attempt, if the error has no value of its own: `Retry-After`, and `retryAfter` in the body. */
  readonly retryAfter?: number;
}

/** RFC 6750, section 3: no error attribute where the request had no token at all. */
const BEARER = 'Bearer realm="ticketd"';
/** RFC 6749, section 5.2: the scheme that the client used. */
export const BASIC_CHALLENGE = 'Basic realm="ticketd"';
// A name of ticketd's own: the IANA registry of authentication schemes has none for a ticket.
const TICKET = 'Ticket realm="ticketd"';

const table = {
  AUTH_KEYS_UNAVAILABLE: {
    status: 503,
    message: 'The key of the token is not available yet: try again',
    retryAfter: 2,
  },
  AUTH_TOKEN_INVALID: {
    status: 401,
    message: 'The token is not valid',
    challenge: `${BEARER}, error="invalid_token"`,
  },
  AUTH_TOKEN_MISSING: {
    status: 401,
    message: 'Send a JWT as "Authorization: Bearer <JWT>"',
    challenge: BEARER,
  },
  BAD_REQUEST: { status: 400, message: 'The request is not valid HTTP/1.1' },
  FORWARD_AUTH_UNTRUSTED: { status: 403, message: 'Only the configured proxies may use forward-auth' },
  GATEWAY_UNAUTHORIZED: {
    status: 401,
    message: 'Send a gateway key as "Authorization: Bearer <key>"',
    challenge: BEARER,
  },
  INTERNAL_ERROR: { status: 500, message: 'Internal error: the log of ticketd has the cause under this traceId' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This path does not support the method' },
  NOT_FOUND: { status: 404, message: 'No such path' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The body is too large' },
  REQUEST_HEADERS_TOO_LARGE: {
    status: 431,
    message:
      'The headers have more than 16 KiB, of which a JWT can take about 15. If it lists the groups of its user, let the identity provider leave them out',
  },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time' },
  SERVICE_OVERLOADED: { status: 503, message: 'Too many requests in flight: try again', retryAfter: 1 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the body as application/json' },
  WS_TICKET_MISSING: { status: 401, message: 'Send a ticket with the handshake', challenge: TICKET },
  WS_TICKET_NOT_REDEEMABLE: { status: 403, message: 'The ticket cannot be redeemed' },
  WS_TICKET_OUTCOME_UNKNOWN: { status: 503, message: 'The ticket may be spent: get a new one', retryAfter: 2 },
  // Every such error has a message and a time of its own, with the limit and the end of the window; see `RateLimited`.
  WS_TICKET_RATE_LIMITED: { status: 429, message: 'Too many tickets: try again later', retryAfter: 1 },
  WS_TICKET_REDIS_NOT_READY: { status: 503, message: 'Ticket service temporarily unavailable', retryAfter: 2 },
} as const satisfies Readonly<Record<ErrorCode, WireError>>;

/** One row for each code, the same for the service and the gateway library. */
export const wireErrors: {
  readonly [Code in ErrorCode]: WireError & { readonly status: (typeof table)[Code]['status'] };
} = table;

/** Whether a value that came over the wire is one of the codes. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(wireErrors, value);

/** Every error that tickets, authentication and the store throw on purpose, by the `name` of its class. */
export type DomainErrorName =
  | 'KeysUnavailable'
  | 'OutcomeUnknown'
  | 'RateLimited'
  | 'StoreUnavailable'
  | 'TokenRejected';

/** The code of each on the wire. */
export const domainErrorCodes: Readonly<Record<DomainErrorName, ErrorCode>> = {
  KeysUnavailable: 'AUTH_KEYS_UNAVAILABLE',
  OutcomeUnknown: 'WS_TICKET_OUTCOME_UNKNOWN',
  RateLimited: 'WS_TICKET_RATE_LIMITED',
  StoreUnavailable: 'WS_TICKET_REDIS_NOT_READY',
  TokenRejected: 'AUTH_TOKEN_INVALID',
};

/** The values of one error that replace those of the table. */
export interface WireDetails {
  readonly message?: string | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The `WWW-Authenticate` header. */
  readonly challenge?: string | undefined;
}

/** The body of every error response. */
export const errorBody = (errorCode: ErrorCode, traceId: string, details: WireDetails = {}) => {
  const { message = wireErrors[errorCode].message, retryAfter = wireErrors[errorCode].retryAfter } = details;
  return { errorCode, message, traceId, ...(retryAfter !== undefined && { retryAfter }) };
};

/** The headers that an error response has beside those of every response. */
export const errorHeaders = (
  errorCode: ErrorCode,
  { retryAfter = wireErrors[errorCode].retryAfter, challenge = wireErrors[errorCode].challenge }: WireDetails = {},
): Readonly<Record<string, string>> => ({
  ...(challenge !== undefined && { [CHALLENGE_HEADER]: challenge }),
  ...(retryAfter !== undefined && { [RETRY_AFTER_HEADER]: String(retryAfter) }),
});
