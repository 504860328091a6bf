/** The trace id of every response. */
export const TRACE_ID_HEADER = 'X-Trace-Id';
/** The trace id of a request, if its caller sets one. */
export const REQUEST_ID_HEADER = 'X-Request-Id';
export const RETRY_AFTER_HEADER = 'Retry-After';
export const CHALLENGE_HEADER = 'WWW-Authenticate';
export const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * On every response: no cache stores it, no browser guesses another media type, no frame shows it, and no page that it
 * links to learns its address. `same-origin` keeps other sites from embedding it; reads that CORS allows are not
 * affected (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header). Strict-Transport-Security is up to the
 * server that ends TLS: RFC 6797, section 7.2, forbids it over plain HTTP.
 */
export const apiHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** The same as names and values in turn, the form that Node.js writes fastest. */
export const apiHeaderList: readonly string[] = Object.entries(apiHeaders).flat();
