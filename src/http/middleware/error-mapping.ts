import { describeError, readThrown, stackOf } from '../../log/describe-error.ts';
import type { Emit } from '../../log/events.ts';
import { errorBody, refusals } from '../../protocol/errors.ts';
import { RequestError } from '../../protocol/request-error.ts';
import type { Context, Middleware } from './context.ts';
import { addHeaders, answerJson, writeAnswer } from './response.ts';

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

// Whatever else was thrown, even where the look at it throws, is a fault of ours: never a success, never no answer.
const isRefusal = (error: unknown): error is RequestError =>
  readThrown(() => error instanceof RequestError && Object.hasOwn(refusals, error.code), false);

const refuse = (ctx: Context, error: RequestError): void => {
  const { code, message, cause } = error;
  const { status, headers } = refusals[code];
  const retryAfter = error.retryAfter ?? refusals[code].retryAfter;
  ctx.state.errorCode = code;
  if (cause !== undefined) ctx.state.reason = describeError(cause).error;
  if (headers !== undefined) addHeaders(ctx, headers);
  if (retryAfter !== undefined) addHeaders(ctx, { 'Retry-After': String(retryAfter) });
  answerJson(ctx, errorBody(code, message, ctx.state.traceId, retryAfter), status);
};

const unexpected = (ctx: Context, error: unknown, emit: Emit): RequestError => {
  const { traceId, caller } = ctx.state;
  emit('internal_error', { traceId, sessionId: caller?.sessionId, ...describeError(error), stack: stackOf(error) });
  return new RequestError('INTERNAL_ERROR', 'Something went wrong on our side');
};
