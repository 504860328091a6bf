import type { StopReason, TicketFailure, TicketSocketOptions } from './types.ts';

export interface Granted {
  readonly ticket: string;
  readonly traceId?: string | undefined;
}

export interface Failed extends TicketFailure {
  /** Set where the same request would fail again: after `rejected` ask `getToken` for another JWT, else stop. */
  readonly final?: StopReason | 'rejected' | undefined;
}

/** Never rejects. */
export type RequestTicket = (signal: AbortSignal) => Promise<Granted | Failed>;

/** Makes the function that trades a JWT for one ticket. It remembers a rejected JWT until ticketd accepts another one. */
export const createTicketRequest = (options: TicketSocketOptions): RequestTicket => {
  let latestToken = '';
  let rejected: { readonly token: string; readonly failure: Failed } | undefined;

  const rememberRejection = (token: string, result: Granted | Failed): Granted | Failed => {
    const before = rejected;
    if (isJwtAccepted(result)) rejected = undefined;
    if ('ticket' in result || result.status !== 401 || !result.errorCode) return result;
    rejected = { token, failure: result };
    return { ...result, final: before ? 'unauthorized' : 'rejected' };
  };

  return async (signal) => {
    try {
      // Still true after an error of getToken, which returns no other JWT.
      const token = await options.getToken({ rejected: rejected?.token === latestToken, signal });
      if (signal.aborted) return { message: 'too late' };
      if (!token) return { message: 'getToken returned no JWT', final: 'unauthorized' };
      checkToken(token);
      latestToken = token;
      // ticketd would reject the same JWT again.
      const result = token === rejected?.token ? rejected.failure : await resultOf(await post(options, token, signal));
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
const isJwtAccepted = (result: Granted | Failed): boolean =>
  'ticket' in result || /^WS_TICKET_/.test(result.errorCode ?? '');

/** The errors of fetch about a header quote it, and so the JWT. */
const checkToken = (token: unknown): void => {
  if (typeof token !== 'string' || /[^!-~]/.test(token))
    throw new TypeError('getToken must return a JWT: ASCII without blanks');
};

const post = (options: TicketSocketOptions, token: string, signal: AbortSignal): Promise<Response> => {
  const { ticketUrl, audience, channel } = options;
  const json = JSON.stringify({ audience, channel });
  const hasBody = json !== '{}';
  const request = {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(hasBody && { 'Content-Type': 'application/json' }) },
    body: hasBody ? json : null,
    credentials: 'omit',
    cache: 'no-store',
    signal,
  } as const;
  return (options.fetch ?? fetch)(ticketUrl, request);
};

const resultOf = async (response: Response): Promise<Granted | Failed> => {
  const { ok, status, headers } = response;
  // A proxy in between may send anything.
  const body = Object(await response.json().catch(() => null)) as Readonly<Record<string, unknown>>;
  const [ticket, errorCode, message, traceId] = [body.ticket, body.errorCode, body.message, body.traceId].map(
    nonEmptyText,
  );
  if (ok && ticket) return { ticket, traceId };
  return {
    status,
    message: message ?? 'no ticket in the response',
    errorCode,
    traceId,
    retryAfterMs: retryAfterMs(headers, body),
    final: errorCode ? stopReasonFor(status) : undefined,
  };
};

const nonEmptyText = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);

/** The same request fails again after a 4xx of ticketd, except a timeout or a rate limit; 401 is handled above. */
const stopReasonFor = (status: number): StopReason | undefined => {
  if (status === 403) return 'forbidden';
  return /^4(?!08|29)/.test(String(status)) ? 'invalid' : undefined;
};

// A proxy or a captive portal may ask for more.
const LONGEST_RETRY_AFTER_MS = 86_400_000;

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
