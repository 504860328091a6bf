import type { RouterContext } from '@koa/router';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { addHeaders } from './response.ts';

/** Refuses what no route took: 405 with `Allow` where the path exists, else 404. */
export const refuseUnmatched: Middleware = (ctx) => {
  const { matched = [] } = ctx as unknown as RouterContext;
  const methods = matched.flatMap((layer) => layer.methods);
  if (methods.length === 0) throw new RequestError('NOT_FOUND');
  addHeaders(ctx, { Allow: [...new Set(methods)].join(', ') });
  throw new RequestError('METHOD_NOT_ALLOWED', `Use ${methods.join(' or ')}`);
};
