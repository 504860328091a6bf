import cors from '@koa/cors';
import type { Middleware } from './context.ts';

const MAX_AGE_SECONDS = 600;

/** Lets pages of exactly these origins call and read the answers, refusals included (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export const allowOrigins = (origins: readonly string[]): Middleware =>
  cors({
    // Nothing at all for the others: an empty string makes the library leave every header out.
    origin: ({ headers: { origin = '' } }) => (origins.includes(origin) ? origin : ''),
    allowMethods: ['POST', 'GET', 'HEAD'],
    allowHeaders: ['Authorization', 'Content-Type', 'Traceparent', 'X-Request-Id'],
    exposeHeaders: ['Retry-After', 'WWW-Authenticate', 'X-Trace-Id'],
    maxAge: MAX_AGE_SECONDS,
  });
