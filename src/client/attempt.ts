import type { SocketAddress, SocketArguments } from './address.ts';
import type { Failed, Granted, RequestTicket } from './request-ticket.ts';
import { LONGEST_TIMEOUT_MS } from './schedule.ts';
import type { SocketConstructor, SocketData, SocketLike, TicketSocketOptions } from './types.ts';

/** Hears of one attempt. The last call is `failed`, `invalid` or `closed`; none follows `Attempt.end()`. */
export interface AttemptListener {
  granted(ticket: Granted): void;
  /** There is no ticket. */
  failed(failure: Failed): void;
  /** The options cannot make a socket. */
  invalid(error: unknown): void;
  opened(protocol: string): void;
  received(data: unknown): void;
  /** The handshake failed, or the open connection ended. */
  closed(code: number, reason: string): void;
}

export interface Attempt {
  /** Whether there was an open socket to send on. */
  send(data: SocketData): boolean;
  /** Aborts the request or closes the socket; throws where `WebSocket.close` does not accept the code. */
  end(code?: number, reason?: string): void;
}

const OPEN = 1;
/** RFC 6455, section 7.1.5: the code of a connection that ended without a close frame. */
const ABNORMAL = 1006;

/** Requests one ticket and opens one connection with it. */
export const beginAttempt = (
  options: TicketSocketOptions,
  { argumentsWith }: SocketAddress,
  requestTicket: RequestTicket,
  listener: AttemptListener,
): Attempt => {
  const { timeoutMs = 10_000, silenceMs = 0 } = options;
  const controller = new AbortController();
  const { signal } = controller;
  let socket: SocketLike | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const startTimeout = (onTimeout: () => void, ms = timeoutMs) => {
    clearTimeout(timer);
    if (ms > 0) timer = setTimeout(onTimeout, Math.min(ms, LONGEST_TIMEOUT_MS));
  };

  const expectMessage = () =>
    startTimeout(() => listener.closed(ABNORMAL, `no message within ${silenceMs} ms`), silenceMs);

  const ignoreAfterEnd =
    <T>(handle: (value: T) => void) =>
    (value: T) => {
      if (!signal.aborted) handle(value);
    };

  const useTicket = (result: Granted | Failed) => {
    if (!('ticket' in result)) return listener.failed(result);
    startTimeout(() => listener.closed(ABNORMAL, ''));
    listener.granted(result);
    if (!signal.aborted) open(result.ticket);
  };

  const open = (ticket: string) => {
    try {
      socket = createSocket(argumentsWith(ticket), options);
    } catch (error) {
      return listener.invalid(error);
    }
    const on = (type: string, handle: (event: SocketEvent) => void) =>
      socket?.addEventListener(type, ignoreAfterEnd(handle));
    on('open', () => {
      expectMessage();
      listener.opened(socket?.protocol ?? '');
    });
    on('message', ({ data }) => {
      expectMessage();
      listener.received(data);
    });
    on('close', ({ code, reason }) => listener.closed(code, reason));
  };

  startTimeout(() => listener.failed({ message: `no ticket within ${timeoutMs} ms` }));
  requestTicket(signal).then(ignoreAfterEnd(useTicket));

  return {
    send: (data) => {
      if (socket?.readyState !== OPEN) return false;
      socket.send(data);
      return true;
    },
    end: (code, reason) => {
      socket?.close(code, reason);
      clearTimeout(timer);
      controller.abort();
    },
  };
};

/** The properties of all events of a WebSocket; each event has some of them. */
interface SocketEvent {
  readonly data: unknown;
  readonly code: number;
  readonly reason: string;
}

const createSocket = ([url, protocols]: SocketArguments, options: TicketSocketOptions): SocketLike => {
  const { WebSocket } = globalThis as { readonly WebSocket?: SocketConstructor };
  const Socket = options.WebSocket ?? WebSocket;
  if (!Socket) throw new TypeError('there is no WebSocket: pass one');
  const socket = new Socket(url, protocols);
  if (options.binaryType) socket.binaryType = options.binaryType;
  // The `close` event that follows says the same; without a listener ws would throw the error.
  socket.addEventListener('error', () => {});
  return socket;
};
