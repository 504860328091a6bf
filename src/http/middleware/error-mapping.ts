import { describeError, readThrown, stackOf } from '../../log/describe-error.ts';
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
import type { Context, Middleware } from './context.ts';
import { addHeaders, answerJson, writeAnswer } from './response.ts';

/** A refusal of the HTTP layer itself: the caller reads `message`, by default that of the code; `cause` is for the log. */
export class RequestError extends StacklessError {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string = wireErrors[code].message, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type Refusal = RequestError | DomainError;

/** Sends what the middleware behind it answered; where that cannot be sent, 500 in the form of every other error. */
export const sendAnswer =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    try {
      await next();
      writeAnswer(ctx);
    } catch (error) {
      ctx.state.headers = [];
      refuse(ctx, unexpected(ctx, error, emit));
      writeAnswer(ctx);
    }
  };

/**
 * Answers every error in one form. It makes the answer itself instead of letting Koa do it, whose error path would
 * drop the headers set before.
 */
export const errorEnvelope =
  (emit: Emit): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      refuse(ctx, isRefusal(error) ? error : unexpected(ctx, error, emit));
    }
  };

/** The code of a refusal; `undefined` for whatever else was thrown, of any kind. */
export const errorCodeOf = (thrown: unknown): ErrorCode | undefined => (isRefusal(thrown) ? codeOf(thrown) : undefined);

// Whatever else was thrown, even where the look at it throws, is a fault of ours: never a success, never no answer.
const isRefusal = (thrown: unknown): thrown is Refusal =>
  readThrown(() => (thrown instanceof RequestError ? isErrorCode(thrown.code) : isDomainError(thrown)), false);

const codeOf = (refusal: Refusal): ErrorCode =>
  refusal instanceof RequestError ? refusal.code : domainErrorCodes[refusal.name];

const refuse = (ctx: Context, refusal: Refusal): void => {
  const code = codeOf(refusal);
  const details = refusal instanceof RequestError ? { message: refusal.message } : detailsOf(refusal);
  ctx.state.errorCode = code;
  const reason = reasonOf(refusal);
  if (reason !== undefined) ctx.state.reason = reason;
  addHeaders(ctx, errorHeaders(code, details));
  answerJson(ctx, errorBody(code, ctx.state.traceId, details), wireErrors[code].status);
};

const detailsOf = ({ publicMessage, retryAfter }: DomainError) => ({ message: publicMessage, retryAfter });

/** Why, for the log. The message of a `RequestError` says no more than its code does. */
const reasonOf = (refusal: Refusal): string | undefined => {
  if (refusal instanceof RequestError && refusal.cause === undefined) return undefined;
  return describeError(refusal.cause ?? refusal).error;
};

const unexpected = (ctx: Context, error: unknown, emit: Emit): RequestError => {
  const { traceId, caller } = ctx.state;
  emit('internal_error', { traceId, sessionId: caller?.sessionId, ...describeError(error), stack: stackOf(error) });
  return new RequestError('INTERNAL_ERROR');
};
