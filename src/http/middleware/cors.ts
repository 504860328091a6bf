import cors from '@koa/cors';
import { CHALLENGE_HEADER, REQUEST_ID_HEADER, RETRY_AFTER_HEADER, TRACE_ID_HEADER } from '../../protocol/headers.ts';
import type { Middleware } from './context.ts';

const MAX_AGE_SECONDS = 600;
// What tracing libraries add to the requests of a page: a preflight that refused one of them would fail every request.
const TRACING_HEADERS = Object.values({
  w3c: ['traceparent', 'tracestate', 'baggage'],
  requestId: [REQUEST_ID_HEADER.toLowerCase()],
  sentry: ['sentry-trace'],
  xRay: ['x-amzn-trace-id'],
  // https://docs.datadoghq.com/real_user_monitoring/correlate_with_other_telemetry/apm/
  datadog: ['origin', 'parent-id', 'sampling-priority', 'tags', 'trace-id'].map((name) => `x-datadog-${name}`),
  newRelic: ['newrelic'],
  // https://github.com/openzipkin/b3-propagation, in one header or in several.
  b3: ['b3', ...['traceid', 'spanid', 'parentspanid', 'sampled', 'flags'].map((name) => `x-b3-${name}`)],
  elastic: ['elastic-apm-traceparent'],
  jaeger: ['uber-trace-id'],
  applicationInsights: ['request-id', 'request-context'],
}).flat();
const EXPOSED = [RETRY_AFTER_HEADER, CHALLENGE_HEADER, TRACE_ID_HEADER];

/** Allows pages of exactly these origins to call ticketd and to read its responses, refusals included (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export const allowOrigins = (origins: readonly string[]): Middleware =>
  cors({
    // With an empty string the library sends no CORS header.
    origin: ({ headers: { origin = '' } }) => (origins.includes(origin) ? origin : ''),
    allowMethods: ['POST', 'GET', 'HEAD'],
    allowHeaders: ['authorization', 'content-type', ...TRACING_HEADERS],
    // Otherwise a page that fetches with `credentials: 'include'` cannot read the response.
    credentials: true,
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
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': EXPOSED.join(),
    }),
  });
