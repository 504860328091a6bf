import { CONNECTION_LIMITS } from '../server/limits.ts';
import type { Context, Middleware } from './context.ts';
import { timesGiven } from './count-header.ts';
import { RequestError } from './error-mapping.ts';

/**
 * Refuses what Node parses and HTTP forbids: a Host missing or given twice (RFC 9112, section 3.2), a target that is no
 * URL. Also more headers than Node has looked at, lest one of the others should have mattered.
 */
export const refuseMalformed: Middleware = (ctx, next) => {
  if (ctx.req.rawHeaders.length > 2 * CONNECTION_LIMITS.maxHeaders)
    throw new RequestError('REQUEST_HEADERS_TOO_LARGE', `Send at most ${CONNECTION_LIMITS.maxHeaders} headers`);
  if (!hasOneHost(ctx) || !hasPath(ctx)) throw new RequestError('BAD_REQUEST');
  return next();
};

const hasOneHost = ({ req }: Context): boolean => {
  const hosts = timesGiven(req, 'host');
  return hosts === 1 || (hosts === 0 && req.httpVersion !== '1.1');
};

// Koa parses the target at its first use, and throws where that fails.
const hasPath = (ctx: Context): boolean => {
  try {
    return typeof ctx.path === 'string';
  } catch {
    return false;
  }
};
