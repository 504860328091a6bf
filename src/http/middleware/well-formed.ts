import type { IncomingMessage } from 'node:http';
import { CONNECTION_LIMITS } from '../server/limits.ts';
import type { Context, Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';

/**
 * Refuses what Node parses and HTTP forbids: a Host that is missing or there twice (RFC 9112, section 3.2), a target that
 * is no URL. Also more headers than Node reads, since one of the others could matter.
 */
export const refuseMalformed: Middleware = (ctx, next) => {
  if (ctx.req.rawHeaders.length > 2 * CONNECTION_LIMITS.maxHeaders)
    throw new RequestError('REQUEST_HEADERS_TOO_LARGE', `Send at most ${CONNECTION_LIMITS.maxHeaders} headers`);
  if (!hasOneHost(ctx) || !hasPath(ctx)) throw new RequestError('BAD_REQUEST');
  return next();
};

const hasOneHost = ({ req }: Context): boolean => {
  const hosts = countHeader(req, 'host');
  return hosts === 1 || (hosts === 0 && req.httpVersion !== '1.1');
};

// Koa parses the target at its first use, and throws if that fails.
const hasPath = (ctx: Context): boolean => {
  try {
    return typeof ctx.path === 'string';
  } catch {
    return false;
  }
};

/** How often a request has a header, by its name in lower case; of most, Node keeps only the first. */
export const countHeader = ({ rawHeaders }: IncomingMessage, header: string): number => {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === header.length && name.toLowerCase() === header) count += 1;
  }
  return count;
};
