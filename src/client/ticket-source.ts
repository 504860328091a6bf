import { type FailedOnce, requestOnce } from './request-once.ts';
import { createTicketRequest } from './request-ticket.ts';
import { startTimer, type Timer } from './schedule.ts';
import type { Ticket, TicketOptions } from './types.ts';

/** Requests a ticket for each socket of a class; calls back unless the signal aborts before. */
export type TicketSource = (signal: AbortSignal, onResult: (result: Ticket | FailedOnce) => void) => void;

/** Those who wait for the same `Retry-After` come back within this time. */
const SPREAD_MS = 1000;

/**
 * Makes a source for sockets that a library opens at its own pace. After a `Retry-After` every next socket waits for it.
 * No rejected JWT is sent twice.
 */
export const createTicketSource = (options: TicketOptions): TicketSource => {
  const requestTicket = createTicketRequest(options);
  // An instant of performance.now().
  let allowedAt = 0;

  const request = async (signal: AbortSignal, onResult: (result: Ticket | FailedOnce) => void) => {
    const result = await requestOnce(requestTicket, options.timeoutMs, signal);
    if (signal.aborted) return;
    if ('retryAfterMs' in result && result.retryAfterMs)
      allowedAt = performance.now() + result.retryAfterMs + Math.random() * SPREAD_MS;
    onResult(result);
  };

  return (signal, onResult) => {
    const waitMs = allowedAt - performance.now();
    if (waitMs <= 0) return void request(signal, onResult);
    const timer: Timer = startTimer(() => request(signal, onResult), waitMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  };
};
