import { requestOnce } from './request-once.ts';
import { createTicketRequest } from './request-ticket.ts';
import type { StopReason, Ticket, TicketFailure, TicketOptions } from './types.ts';

/** Options of `getTicket`. */
export type GetTicketOptions = TicketOptions & {
  /** Aborts the request; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
};

/** Why there is no ticket: the properties of `ticket-error`, and a `reason` where the same request fails again. */
export class TicketError extends Error implements TicketFailure {
  override readonly name = 'TicketError';
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly error: unknown;
  /** As in `stopped`; `undefined` after an outage, when the next request may succeed. */
  readonly reason: StopReason | undefined;

  constructor({ message, status, errorCode, traceId, retryAfterMs, error }: TicketFailure, reason?: StopReason) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.traceId = traceId;
    this.retryAfterMs = retryAfterMs;
    this.error = error;
    this.reason = reason;
  }
}

/**
 * Gets one ticket, for what opens its own connection: a download, Socket.IO, a first message. Each ticket is good for
 * one use. Rejects with a `TicketError`, after a rejected JWT only if `getToken` has no better one.
 */
export const getTicket = async (options: GetTicketOptions): Promise<Ticket> => {
  const { signal, timeoutMs } = options;
  const result = await requestOnce(createTicketRequest(options), timeoutMs, signal);
  if (signal?.aborted) throw signal.reason;
  if ('ticket' in result) return result;
  throw new TicketError(result, result.final);
};
