import { traceIdOf } from '../../protocol/trace-id.ts';
import type { Middleware } from './context.ts';

/** Finds the trace id, which every answer bears. */
export const traceId: Middleware = (ctx, next) => {
  ctx.state.traceId = traceIdOf(ctx.req.headers);
  return next();
};
