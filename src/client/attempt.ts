import { ABNORMAL_CLOSURE } from '../protocol/close-codes.ts';
import type { Failed, RequestTicket } from './request-ticket.ts';
import { startTimer, type Timer } from './schedule.ts';
import type { RetryOptions, SocketData, Ticket } from './types.ts';

/** Gets the events of one attempt. The last call is `failed`, `invalid` or `closed`; none follows `Attempt.end()`. */
export interface AttemptListener {
  granted(ticket: Ticket): void;
  /** There is no ticket, or the server asks the client to come back later or never. */
  failed(failure: Failed): void;
  /** The options cannot make a connection. */
  invalid(error: unknown): void;
  opened(protocol: string): void;
  received(data: unknown): void;
  /** The handshake failed, or the open connection ended; the next one waits for `minDelayMs` at least. */
  closed(code: number, reason: string, minDelayMs?: number): void;
}

/** Gets the events of one connection. */
export interface TransportListener extends Pick<AttemptListener, 'failed' | 'opened' | 'received' | 'closed'> {
  /** The server sent something. */
  onActivity(): void;
}

/** What a ticket opens. */
export interface Transport {
  /** Whether it was open. */
  send(data: SocketData): boolean;
  /** Throws where `WebSocket.close` does not accept the code. */
  close(code?: number, reason?: string): void;
}

/** Opens a connection with a ticket. Throws where none is possible. Calls nothing of the listener after the abort. */
export type OpenTransport = (ticket: string, listener: TransportListener, signal: AbortSignal) => Transport;

export interface Attempt {
  /** Whether there was an open connection to send on. */
  send(data: SocketData): boolean | undefined;
  /** Aborts the request or closes the connection; throws where `WebSocket.close` does not accept the code. */
  end(code?: number, reason?: string): void;
}

/** Requests one ticket and opens one connection with it. */
export const beginAttempt = (
  { timeoutMs = 10_000, silenceMs = 0 }: RetryOptions,
  openTransport: OpenTransport,
  requestTicket: RequestTicket,
  listener: AttemptListener,
): Attempt => {
  const controller = new AbortController();
  const { signal } = controller;
  let transport: Transport | undefined;
  let timer: Timer | undefined;

  const startTimeout = (onTimeout: () => void, ms = timeoutMs) => {
    clearTimeout(timer);
    if (ms > 0) timer = startTimer(onTimeout, ms);
  };

  const expectMessage = () =>
    startTimeout(() => listener.closed(ABNORMAL_CLOSURE, `no message within ${silenceMs} ms`), silenceMs);

  const open = (ticket: string) => {
    try {
      transport = openTransport(ticket, { ...listener, onActivity: expectMessage }, signal);
    } catch (error) {
      listener.invalid(error);
    }
  };

  startTimeout(() => listener.failed({ message: `no ticket within ${timeoutMs} ms` }));
  requestTicket(signal).then((result) => {
    if (signal.aborted) return;
    if (!('ticket' in result)) return listener.failed(result);
    startTimeout(() => listener.closed(ABNORMAL_CLOSURE, ''));
    listener.granted(result);
    if (!signal.aborted) open(result.ticket);
  });

  return {
    send: (data) => transport?.send(data),
    end: (code, reason) => {
      transport?.close(code, reason);
      clearTimeout(timer);
      controller.abort();
    },
  };
};
