export const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * On every answer: it is kept by no cache, taken for nothing but its media type, shown in no frame, and names no page it
 * led to. `same-origin` keeps others from embedding it; reads allowed by CORS pass it by
 * (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header). Strict-Transport-Security is left to whoever
 * ends TLS: RFC 6797, section 7.2, forbids it over plain HTTP.
 */
export const apiHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** The same, names and values in turn, as Node.js writes them. */
export const ON_EVERY_ANSWER: readonly string[] = Object.entries(apiHeaders).flat();
