/**
 * Milliseconds that an answer asks to wait, 0 where it asks for none: `Retry-After` in seconds or as a date (RFC 9110,
 * section 10.2.3), else `retryAfter` of the body, which is there also where CORS hides the header. A day at most.
 */
export const retryAfterMs = (headers: Headers, body: { readonly retryAfter?: unknown }): number => {
  const demanded = headers.get('Retry-After') ?? String(body.retryAfter);
  const ms = /^\d+$/.test(demanded) ? Number(demanded) * 1000 : Date.parse(demanded) - sentAt(headers);
  return Math.min(MAX_MS, Math.max(0, ms || 0));
};

// A proxy or a captive portal may ask for more.
const MAX_MS = 86_400_000;

// The server's clock, where it is told: that of the user may be wrong.
const sentAt = (headers: Headers): number => Date.parse(headers.get('Date') ?? '') || Date.now();
