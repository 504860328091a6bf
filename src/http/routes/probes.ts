import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import { HEALTH_PATHS, READY_PATHS } from '../../protocol/paths.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { setJson } from '../middleware/response.ts';

export interface ProbeRoutesOptions {
  readonly store: Pick<TicketStore, 'name' | 'isReady'>;
  readonly isDraining: () => boolean;
  readonly emit: Emit;
}

/** Liveness and readiness, for orchestrators and load balancers. */
export const probeRoutes = (options: ProbeRoutesOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.register([...HEALTH_PATHS], METHODS, [health]);
  router.register([...READY_PATHS], METHODS, [ready(options)]);
  return router;
};

// HEAD comes with GET. HAProxy's health checks use OPTIONS by default; a preflight of a listed origin never gets here.
const METHODS = ['GET', 'OPTIONS'];

// Redis is no part of liveness: restarting a process does not bring Redis back.
const health: Middleware = (ctx) => {
  setJson(ctx, { status: 'UP', checks: { process: 'UP' } });
};

const ready =
  ({ store, isDraining, emit }: ProbeRoutesOptions): Middleware =>
  (ctx) => {
    const up = store.isReady();
    if (!up) emit('readiness_redis_down', { traceId: ctx.state.traceId });
    const ready = up && !isDraining();
    const checks = { [store.name]: up ? 'UP' : 'DOWN' };
    setJson(ctx, { status: statusOf(ready, isDraining()), ready, checks }, ready ? 200 : 503);
  };

const statusOf = (ready: boolean, draining: boolean): string => {
  if (ready) return 'UP';
  return draining ? 'DRAINING' : 'NOT_READY';
};
