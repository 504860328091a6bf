import { Router } from '@koa/router';
import type { Metrics } from '../../metrics/metrics.ts';
import type { RequestState } from '../context.ts';

export const metricsRoute = (metrics: Metrics): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get('/metrics', async (ctx) => {
    ctx.set('Content-Type', metrics.contentType);
    ctx.body = await metrics.render();
  });
  return router;
};
