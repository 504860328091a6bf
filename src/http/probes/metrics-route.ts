import { Router } from '@koa/router';
import type { Metrics } from '../../metrics/metrics.ts';
import type { RequestState } from '../context.ts';
import { answerText } from '../exchange/answer.ts';

export const metricsRoute = (metrics: Metrics): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get('/metrics', async (ctx) => {
    answerText(ctx, { text: await metrics.render(), type: metrics.contentType });
  });
  return router;
};
