import type { StopReason, Ticket, TicketFailure, TicketOptions } from './types.ts';

export interface Failed extends TicketFailure {
  /** Set where the same request would fail again: after `rejected` ask `getToken` for another JWT, else stop. */
  readonly final?: StopReason | 'ended' | 'rejected' | undefined;
}

// A proxy or a captive portal may ask for more.
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/** Never rejects. */
export type RequestTicket = (signal: AbortSignal) => Promise<Ticket | Failed>;

/**
 * Makes the function that trades a JWT for one ticket. It remembers a rejected JWT until ticketd accepts another one.
 * Throws a `TypeError` unless the JWT has exactly one source.
 */
export const createTicketRequest = (options: TicketOptions): RequestTicket => {
  const { getToken, credentials } = options;
  if (typeof getToken === 'function' ? credentials : getToken || credentials !== 'include')
    throw new TypeError("set getToken or credentials: 'include'");
  let latest = '';
  let rejected: string | undefined;
  // What getToken returned in place of a rejected JWT. Another socket may still send the one before.
  let renewed: string | undefined;
  let rejection: Failed;

  const rememberRejection = (token: string, result: Ticket | Failed): Ticket | Failed => {
    if (isJwtAccepted(result)) rejected = renewed = undefined;
    if ('ticket' in result || result.final !== 'unauthorized') return result;
    rejected = token;
    rejection = result;
    return token === renewed ? result : { ...result, final: 'rejected' };
  };

  return async (signal) => {
    try {
      if (!getToken) return await post(options, signal);
      // Still true after an error of getToken, which returns no other JWT.
      const isRenewal = rejected === latest;
      const token = await getToken({ rejected: isRenewal, signal });
      if (signal.aborted) return { message: '' };
      if (!token) return { message: 'getToken returned no JWT', final: 'unauthorized' };
      checkToken(token);
      latest = token;
      if (isRenewal) renewed = token;
      // ticketd would reject the same JWT again.
      const result = token === rejected ? rejection : await post(options, signal, token);
      return signal.aborted ? result : rememberRejection(token, result);
    } catch (error) {
      return failureOf(error);
    }
  };
};

/** The message of a thrown value, and the value: `String()` itself throws for some. */
export const failureOf = (error: unknown): TicketFailure => {
  try {
    return { message: String(error), error };
  } catch {
    return { message: 'unknown error', error };
  }
};

/** ticketd checks the JWT before it reports a problem with the ticket. */
const isJwtAccepted = (result: Ticket | Failed): boolean =>
  'ticket' in result || /^WS_TICKET_/.test(result.errorCode ?? '');

/** The errors of fetch about a header quote it, and so the JWT. */
const checkToken = (token: unknown): void => {
  if (typeof token !== 'string' || /[^!-~]/.test(token))
    throw new TypeError('getToken must return a JWT: ASCII without blanks');
};

/** Without a token the browser sends its cookies. */
const post = async (options: TicketOptions, signal: AbortSignal, token?: string): Promise<Ticket | Failed> => {
  const { ticketUrl, audience, channel, path, credentials = 'omit' } = options;
  const json = JSON.stringify({ audience, channel, path });
  const body = json === '{}' ? null : json;
  const headers: Record<string, string> = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const request = { method: 'POST', headers, body, credentials, cache: 'no-store', signal } as const;
  return resultOf(await (options.fetch ?? fetch)(ticketUrl, request));
};

const resultOf = async (response: Response): Promise<Ticket | Failed> => {
  const { ok, status, headers } = response;
  // A proxy in between may send anything.
  const body = Object(await response.json().catch(() => null)) as Readonly<Record<string, unknown>>;
  const texts = Object.entries(body).filter(([, value]) => value && typeof value === 'string');
  const { ticket, errorCode, message, traceId } = Object.fromEntries(texts) as Readonly<Record<string, string>>;
  if (ok && ticket) return { ...body, ticket, traceId };
  return {
    status,
    message: message ?? 'no ticket in the response',
    errorCode,
    traceId,
    retryAfterMs: retryAfterMs(headers, body),
    final: errorCode ? stopReasonFor(status) : undefined,
  };
};

/** The same request fails again after a 4xx of ticketd, except a timeout or a rate limit. */
const stopReasonFor = (status: number): StopReason | undefined => {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return /^4(?!08|29)/.test(String(status)) ? 'invalid' : undefined;
};

/**
 * How long a response asks to wait, in milliseconds, a day at most; 0 by default. `Retry-After` in seconds or as a date
 * (RFC 9110, section 10.2.3), else `retryAfter` of the body, which CORS never hides.
 */
export const retryAfterMs = (headers: Headers, body: { readonly retryAfter?: unknown }): number => {
  const text = headers.get('Retry-After') ?? String(body.retryAfter);
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - sentAt(headers);
  return Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms || 0));
};

// The clock of the server where it is known: that of the user may be wrong.
const sentAt = (headers: Headers): number => Date.parse(headers.get('Date') ?? '') || Date.now();
