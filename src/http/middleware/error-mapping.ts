import { KeysUnavailable, TokenRejected } from '../../auth/errors.ts';
import { describeError, readSafely, stackOf } from '../../log/describe-error.ts';
import type { Emit } from '../../log/events.ts';
import { type DomainError, isDomainError, StacklessError } from '../../protocol/domain-error.ts';
import {
  domainErrorCodes,
  type ErrorCode,
  errorBody,
  errorHeaders,
  isErrorCode,
  wireErrors,
} from '../../protocol/errors.ts';
import { traceIdOf } from '../../protocol/trace-id.ts';
import type { Context, Middleware } from './context.ts';
import { addHeaders, sendResponse, setJson } from './response.ts';
import { logOutage } from './store-outage.ts';

export interface RequestErrorOptions extends ErrorOptions {
  /** Replaces the `WWW-Authenticate` of the code. */
  readonly challenge?: string;
}

/** A refusal of the HTTP layer itself: the caller reads `message`, by default that of the code; `cause` is for the log. */
export class RequestError extends StacklessError {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  readonly challenge: string | undefined;

  constructor(code: ErrorCode, message: string = wireErrors[code].message, options?: RequestErrorOptions) {
    super(message, options);
    this.code = code;
    this.challenge = options?.challenge;
  }
}

type Refusal = RequestError | DomainError;

/**
 * Sends the response of a request under its trace id: what the middleware after it set, or the error they threw, each
 * error in the same form. Koa itself would drop the headers of the response when something throws.
 */
export const respond =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    ctx.state.traceId = traceIdOf(ctx.req.headers);
    try {
      await next().catch((thrown) => setError(ctx, thrown, emit));
      sendResponse(ctx);
    } catch (error) {
      // Something in the response cannot be sent, such as a header with a line break.
      ctx.state.headers = [];
      refuse(ctx, internalError(ctx, error, emit));
      sendResponse(ctx);
    }
  };

/** The code of a refusal; `undefined` for any other thrown value, of any kind. */
export const errorCodeOf = (thrown: unknown): ErrorCode | undefined => (isRefusal(thrown) ? codeOf(thrown) : undefined);

const setError = (ctx: Context, thrown: unknown, emit: Emit): void => {
  const refusal = isRefusal(thrown) ? thrown : internalError(ctx, thrown, emit);
  if (!(refusal instanceof RequestError)) logOutage(refusal, ctx, emit);
  logRejection(refusal, ctx, emit);
  refuse(ctx, refusal);
};

/** Logs why a JWT was refused, or that there was none. */
const logRejection = (refusal: Refusal, { state: { traceId, address } }: Context, emit: Emit): void => {
  const rejection = refusal instanceof RequestError ? refusal.cause : refusal;
  if (!(rejection instanceof TokenRejected || rejection instanceof KeysUnavailable)) return;
  const { reason, message } = rejection;
  if (reason !== undefined) emit('auth_rejected', { traceId, address, reason, detail: message, count: 1 });
};

// Any other thrown value, even one that throws when it is read, is a fault of ticketd: 500, never a success.
const isRefusal = (thrown: unknown): thrown is Refusal =>
  readSafely(() => (thrown instanceof RequestError ? isErrorCode(thrown.code) : isDomainError(thrown)), false);

const codeOf = (refusal: Refusal): ErrorCode =>
  refusal instanceof RequestError ? refusal.code : domainErrorCodes[refusal.name];

const refuse = (ctx: Context, refusal: Refusal): void => {
  const code = codeOf(refusal);
  const details = refusal instanceof RequestError ? refusal : detailsOf(refusal);
  const reason = reasonOf(refusal);
  ctx.state.errorCode = code;
  if (reason !== undefined) ctx.state.reason = reason;
  addHeaders(ctx, errorHeaders(code, details));
  setJson(ctx, errorBody(code, ctx.state.traceId, details), wireErrors[code].status);
};

const detailsOf = ({ publicMessage, retryInSeconds }: DomainError) => ({
  message: publicMessage,
  retryAfter: retryInSeconds,
});

/** Why, for the log. The message of a `RequestError` says no more than its code does. */
const reasonOf = (refusal: Refusal): string | undefined => {
  if (refusal instanceof RequestError && refusal.cause === undefined) return undefined;
  return describeError(refusal.cause ?? refusal).error;
};

const internalError = (ctx: Context, error: unknown, emit: Emit): RequestError => {
  const { traceId, caller } = ctx.state;
  emit('internal_error', { traceId, sessionId: caller?.sessionId, ...describeError(error), stack: stackOf(error) });
  return new RequestError('INTERNAL_ERROR');
};
