import type { Failed, RequestTicket } from './request-ticket.ts';
import { startTimer } from './schedule.ts';
import type { StopReason, Ticket } from './types.ts';

/** A failure that another JWT of `getToken` would not prevent. */
export type FailedOnce = Failed & { readonly final?: StopReason | undefined };

/** Requests one ticket within `timeoutMs`. After a rejected JWT it asks `getToken` for another one. */
export const requestOnce = (
  requestTicket: RequestTicket,
  timeoutMs = 10_000,
  signal?: AbortSignal,
): Promise<Ticket | FailedOnce> =>
  new Promise((resolve) => {
    const controller = new AbortController();
    const end = (result: Ticket | FailedOnce) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      controller.abort();
      resolve(result);
    };
    const abort = () => end({ message: 'aborted' });
    const timer =
      timeoutMs > 0 ? startTimer(() => end({ message: `no ticket within ${timeoutMs} ms` }), timeoutMs) : undefined;
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    const request = () => requestTicket(controller.signal);
    request()
      .then((result) => (isRejected(result) ? request() : result))
      // Where `getToken` returned a third JWT to another socket.
      .then((result) => (isRejected(result) ? { ...result, final: 'unauthorized' } : result))
      .then((result) => end(result as Ticket | FailedOnce));
  });

/** Not by `in`, which does not find a name that the build shortens. */
const isRejected = (result: Partial<Failed>): boolean => result.final === 'rejected';
