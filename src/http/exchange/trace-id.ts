import { traceIdOf } from '../../log/trace-id.ts';
import type { Middleware } from '../context.ts';

/** Gives every answer an `X-Trace-Id`. */
export const traceId: Middleware = (ctx, next) => {
  ctx.state.traceId = traceIdOf(ctx.headers);
  ctx.set('X-Trace-Id', ctx.state.traceId);
  return next();
};
