import cors from '@koa/cors';
import type { Middleware } from './context.ts';

const MAX_AGE_SECONDS = 600;
const EXPOSED = ['Retry-After', 'WWW-Authenticate', 'X-Trace-Id'];

/** Lets pages of exactly these origins call and read the answers, refusals included (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export const allowOrigins = (origins: readonly string[]): Middleware =>
  cors({
    // Nothing at all for the others: an empty string makes the library leave every header out.
    origin: ({ headers: { origin = '' } }) => (origins.includes(origin) ? origin : ''),
    allowMethods: ['POST', 'GET', 'HEAD'],
    allowHeaders: ['Authorization', 'Content-Type', 'Traceparent', 'X-Request-Id'],
    exposeHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
  });

/** The same for an answer made without Koa: its headers for a request of that `Origin`. */
export const readableBy =
  (origins: readonly string[]) =>
  (origin = ''): Readonly<Record<string, string>> => ({
    ...(origins.length > 0 && { Vary: 'Origin' }),
    ...(origins.includes(origin) && {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': EXPOSED.join(),
    }),
  });
