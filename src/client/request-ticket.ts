import { retryAfterMs } from './retry-after.ts';
import { thrown } from './thrown.ts';
import type { StopReason, TicketFailure, TicketSocketOptions } from './types.ts';

export interface Granted {
  readonly ticket: string;
  readonly traceId?: string | undefined;
}

export interface Failed extends TicketFailure {
  /** Set where the same attempt would fail again: ask `getToken` for another JWT after `rejected`, else stop. */
  readonly final?: StopReason | 'rejected' | undefined;
}

/** Never rejects. */
export type RequestTicket = (signal: AbortSignal) => Promise<Granted | Failed>;

/** Trades a JWT for one ticket at each call. Remembers a refused JWT until ticketd accepts another one. */
export const createTicketRequest = (options: TicketSocketOptions): RequestTicket => {
  let latest = '';
  let refused: { readonly token: string; readonly failure: Failed } | undefined;

  const judge = (token: string, outcome: Granted | Failed): Granted | Failed => {
    const before = refused;
    if (isAccepted(outcome)) refused = undefined;
    if ('ticket' in outcome || outcome.status !== 401 || !outcome.errorCode) return outcome;
    refused = { token, failure: outcome };
    return { ...outcome, final: before ? 'unauthorized' : 'rejected' };
  };

  return async (signal) => {
    try {
      // Until another JWT has come: an error of getToken brings none.
      const rejected = refused?.token === latest;
      const token = await options.getToken({ rejected, signal });
      if (signal.aborted) return { message: 'too late' };
      if (!token) return { message: 'getToken returned no JWT', final: 'unauthorized' };
      checkToken(token);
      latest = token;
      // The refused JWT again would be refused again.
      const outcome = token === refused?.token ? refused.failure : await outcomeOf(await post(options, token, signal));
      return signal.aborted ? outcome : judge(token, outcome);
    } catch (error) {
      return thrown(error);
    }
  };
};

/** ticketd checks the JWT before it comes to the ticket. */
const isAccepted = (outcome: Granted | Failed): boolean =>
  'ticket' in outcome || /^WS_TICKET_/.test(outcome.errorCode ?? '');

/** The errors of fetch about a header quote it, and so the JWT. */
const checkToken = (token: unknown): void => {
  if (typeof token !== 'string' || /[^!-~]/.test(token))
    throw new TypeError('getToken must return a JWT: ASCII without blanks');
};

const post = (
  { ticketUrl, audience, channel, fetch: ask }: TicketSocketOptions,
  token: string,
  signal: AbortSignal,
): Promise<Response> => {
  const binding = JSON.stringify({ audience, channel });
  const bound = binding !== '{}';
  const request = {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(bound && { 'Content-Type': 'application/json' }) },
    body: bound ? binding : null,
    credentials: 'omit',
    cache: 'no-store',
    signal,
  } as const;
  return (ask ?? fetch)(ticketUrl, request);
};

const outcomeOf = async (response: Response): Promise<Granted | Failed> => {
  const { ok, status, headers } = response;
  // A proxy in between may answer with anything.
  const body = Object(await response.json().catch(() => null)) as Readonly<Record<string, unknown>>;
  const [ticket, errorCode, message, traceId] = ['ticket', 'errorCode', 'message', 'traceId'].map((name) =>
    textOf(body[name]),
  );
  if (ok && ticket) return { ticket, traceId };
  return {
    status,
    message: message ?? 'no ticket in the response',
    errorCode,
    traceId,
    retryAfterMs: retryAfterMs(headers, body),
    final: errorCode ? stopReason(status) : undefined,
  };
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);

/** What ticketd itself finds wrong with a request stays so, but for a time-out and a limit; of a 401 see above. */
const stopReason = (status: number): StopReason | undefined => {
  if (status === 403) return 'forbidden';
  return /^4(?!08|29)/.test(String(status)) ? 'invalid' : undefined;
};
