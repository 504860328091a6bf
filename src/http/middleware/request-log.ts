import type { Emit } from '../../log/events.ts';
import { since } from '../../time/clock.ts';
import { arrivalOf } from '../server/concurrency-limiter.ts';
import { isStream } from '../server/streams.ts';
import type { Context, Middleware } from './context.ts';

/** Logs every request but a stream once its response is sent, or its connection is closed. */
export const logRequest =
  (listener: string, emit: Emit): Middleware =>
  (ctx, next) => {
    const startedAt = arrivalOf(ctx.req);
    ctx.res.once('close', () => {
      // A stream lasts for hours: it has events of its own, and no place among the latencies.
      if (!isStream(ctx.req)) emit('request', describe(ctx, listener, since(startedAt)));
    });
    return next();
  };

const describe = (ctx: Context, listener: string, durationMs: number) => ({
  traceId: ctx.state.traceId,
  address: ctx.state.address,
  sessionId: ctx.state.caller?.sessionId,
  listener,
  method: ctx.req.method ?? '',
  route: routeOf(ctx),
  status: ctx.res.statusCode,
  errorCode: ctx.state.errorCode,
  reason: ctx.state.reason,
  durationMs,
});

// The pattern of the route, never the path of the request: that is the caller's text, of any length.
const routeOf = (ctx: Context): string => {
  const route: unknown = Reflect.get(ctx, '_matchedRoute');
  return typeof route === 'string' ? route : 'none';
};
