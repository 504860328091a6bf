/** Why a request was refused; the closed list that callers see as `errorCode`. */
export type RequestErrorCode =
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

export interface RequestErrorOptions extends ErrorOptions {
  /** Seconds until another try may do better, where that is known of this request; whole, at least 1. */
  readonly retryAfter?: number;
}

/** A refusal that the caller may read: `message` is sent to them, `cause` only ever reaches the log. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  readonly retryAfter: number | undefined;

  constructor(code: RequestErrorCode, message: string, options: RequestErrorOptions = {}) {
    // Nobody reads the stack of a refusal; through the awaits of a request it takes longer than to verify the JWT's hash.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}

/** By name, not by class: every bundle of the build has classes of its own. */
export const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && error.name === 'RequestError';
