import type { RequestErrorCode } from './request-error.ts';

/** How a refusal looks on the wire. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds, unless the error itself knows; sent as `Retry-After` and in the body. */
  readonly retryAfter?: number;
}

/** RFC 6750, section 3: no error attribute where the request carried no token at all. */
const CHALLENGE = 'Bearer realm="ticketd"';
// RFC 9110, section 11.6.1, demands a challenge of every 401; no registered scheme is a ticket's.
const TICKET_CHALLENGE = 'Ticket realm="ticketd"';

export const refusals: Readonly<Record<RequestErrorCode, Refusal>> = {
  AUTH_KEYS_UNAVAILABLE: { status: 503, retryAfter: 2 },
  AUTH_TOKEN_INVALID: { status: 401, headers: { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` } },
  AUTH_TOKEN_MISSING: { status: 401, headers: { 'WWW-Authenticate': CHALLENGE } },
  BAD_REQUEST: { status: 400 },
  FORWARD_AUTH_UNTRUSTED: { status: 403 },
  GATEWAY_UNAUTHORIZED: { status: 401, headers: { 'WWW-Authenticate': CHALLENGE } },
  INTERNAL_ERROR: { status: 500 },
  METHOD_NOT_ALLOWED: { status: 405 },
  NOT_FOUND: { status: 404 },
  PAYLOAD_TOO_LARGE: { status: 413 },
  REQUEST_HEADERS_TOO_LARGE: { status: 431 },
  REQUEST_TIMEOUT: { status: 408 },
  SERVICE_OVERLOADED: { status: 503, retryAfter: 1 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  WS_TICKET_MISSING: { status: 401, headers: { 'WWW-Authenticate': TICKET_CHALLENGE } },
  WS_TICKET_NOT_REDEEMABLE: { status: 403 },
  WS_TICKET_OUTCOME_UNKNOWN: { status: 503, retryAfter: 2 },
  WS_TICKET_RATE_LIMITED: { status: 429, retryAfter: 1 },
  WS_TICKET_REDIS_NOT_READY: { status: 503, retryAfter: 2 },
};

/** The body of every error. */
export const errorBody = (
  errorCode: RequestErrorCode,
  message: string,
  traceId: string,
  retryAfter = refusals[errorCode].retryAfter,
) => ({ errorCode, message, traceId, ...(retryAfter !== undefined && { retryAfter }) });
