import { retryAfterMs } from './retry-after.ts';
import type { StopReason, TicketFailure, TicketSocketOptions } from './types.ts';

export interface Granted {
  readonly ticket: string;
  readonly traceId?: string | undefined;
}

export interface Failed extends TicketFailure {
  /** Where another attempt would be of no use. */
  readonly stop?: StopReason | undefined;
}

/** Trades a JWT for one ticket; never rejects. */
export const requestTicket = async (options: TicketSocketOptions, signal: AbortSignal): Promise<Granted | Failed> => {
  try {
    const token = await options.getToken(signal);
    if (!token) return { message: 'getToken gave no token', stop: 'unauthorized' };
    const answer = await post(options, token, signal);
    const body: AnswerBody = (await answer.json().catch(() => null)) ?? {};
    if (answer.ok && body.ticket) return { ticket: body.ticket, traceId: body.traceId };
    return failureOf(answer, body);
  } catch (error) {
    return { message: String(error), error };
  }
};

interface AnswerBody {
  readonly ticket?: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly traceId?: string;
  readonly retryAfter?: number;
}

const post = (
  { ticketUrl, audience, channel, fetch: ask }: TicketSocketOptions,
  token: string,
  signal: AbortSignal,
): Promise<Response> => {
  const bound = audience !== undefined || channel !== undefined;
  const request = {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(bound && { 'Content-Type': 'application/json' }) },
    body: bound ? JSON.stringify({ audience, channel }) : null,
    credentials: 'omit',
    cache: 'no-store',
    signal,
  } as const;
  return (ask ?? fetch)(ticketUrl, request);
};

const failureOf = ({ status, headers }: Response, body: AnswerBody): Failed => ({
  status,
  message: body.message ?? 'there was no ticket in the answer',
  errorCode: body.errorCode,
  traceId: body.traceId,
  retryAfterMs: retryAfterMs(headers, body),
  stop: stopReason(status, body),
});

const stopReason = (status: number, { errorCode }: AnswerBody): StopReason | undefined => {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  // What ticketd itself found wrong with the request stays so; a proxy's 404 may pass with its next deployment.
  return errorCode && /^4(?!08|29)/.test(String(status)) ? 'invalid' : undefined;
};
