import cors from '@koa/cors';
import { CHALLENGE_HEADER, REQUEST_ID_HEADER, RETRY_AFTER_HEADER, TRACE_ID_HEADER } from '../../protocol/headers.ts';
import type { Middleware } from './context.ts';

const MAX_AGE_SECONDS = 600;
const EXPOSED = [RETRY_AFTER_HEADER, CHALLENGE_HEADER, TRACE_ID_HEADER];

/** Allows pages of exactly these origins to call ticketd and to read its responses, refusals included (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export const allowOrigins = (origins: readonly string[]): Middleware =>
  cors({
    // With an empty string the library sends no CORS header.
    origin: ({ headers: { origin = '' } }) => (origins.includes(origin) ? origin : ''),
    allowMethods: ['POST', 'GET', 'HEAD'],
    allowHeaders: ['Authorization', 'Content-Type', 'Traceparent', REQUEST_ID_HEADER],
    exposeHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
    // They are kept anyway; the library would write them into the thrown value.
    keepHeadersOnError: false,
  });

/** The same for a response without Koa: its CORS headers for a request of that `Origin`. */
export const readableBy =
  (origins: readonly string[]) =>
  (origin = ''): Readonly<Record<string, string>> => ({
    ...(origins.length > 0 && { Vary: 'Origin' }),
    ...(origins.includes(origin) && {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': EXPOSED.join(),
    }),
  });
