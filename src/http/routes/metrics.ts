import { Router } from '@koa/router';
import type { Metrics } from '../../metrics/metrics.ts';
import { METRICS_PATH } from '../../protocol/paths.ts';
import type { RequestState } from '../middleware/context.ts';
import { setText } from '../middleware/response.ts';

export const metricsRoute = (metrics: Metrics): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get(METRICS_PATH, async (ctx) => {
    setText(ctx, { text: await metrics.render(), type: metrics.contentType });
  });
  return router;
};
