import type { Address, Destination } from './address.ts';
import type { Failed, Granted, RequestTicket } from './request-ticket.ts';
import type { SocketConstructor, SocketData, SocketLike, TicketSocketOptions } from './types.ts';

/** Of these the last is one of `failed`, `impossible` and `ended`; none is called once the attempt was given up. */
export interface AttemptWatch {
  granted(ticket: Granted): void;
  /** There is no ticket. */
  failed(failure: Failed): void;
  /** No socket can be made with these options. */
  impossible(error: unknown): void;
  opened(protocol: string): void;
  received(data: unknown): void;
  /** The handshake failed, or the open connection is over. */
  ended(code: number, reason: string): void;
}

export interface Attempt {
  /** Whether there was an open socket for it. */
  send(data: SocketData): boolean;
  /** Ends whatever is under way; throws where the code is none that may be sent. */
  giveUp(code?: number, reason?: string): void;
}

const OPEN = 1;
/** RFC 6455, section 7.1.5: the code of a connection that ended without a close frame. */
const ABNORMAL = 1006;

/** One ticket and the one connection that it opens. */
export const beginAttempt = (
  options: TicketSocketOptions,
  { addressWith }: Destination,
  requestTicket: RequestTicket,
  watch: AttemptWatch,
): Attempt => {
  const { timeoutMs = 10_000 } = options;
  const life = new AbortController();
  const { signal } = life;
  let socket: SocketLike | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const within = (late: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(late, timeoutMs);
  };

  const whileAlive =
    <T>(react: (value: T) => void) =>
    (value: T) => {
      if (!signal.aborted) react(value);
    };

  const useTicket = (answer: Granted | Failed) => {
    if (!('ticket' in answer)) return watch.failed(answer);
    within(() => watch.ended(ABNORMAL, ''));
    watch.granted(answer);
    if (!signal.aborted) open(answer.ticket);
  };

  const open = (ticket: string) => {
    try {
      socket = socketTo(addressWith(ticket), options);
    } catch (error) {
      return watch.impossible(error);
    }
    const listen = (type: string, react: (event: SocketEvent) => void) =>
      socket?.addEventListener(type, whileAlive(react));
    listen('open', () => {
      clearTimeout(timer);
      watch.opened(socket?.protocol ?? '');
    });
    listen('message', ({ data }) => watch.received(data));
    listen('close', ({ code, reason }) => watch.ended(code, reason));
  };

  within(() => watch.failed({ message: `no ticket within ${timeoutMs} ms` }));
  requestTicket(signal).then(whileAlive(useTicket));

  return {
    send: (data) => {
      if (socket?.readyState !== OPEN) return false;
      socket.send(data);
      return true;
    },
    giveUp: (code, reason) => {
      socket?.close(code, reason);
      clearTimeout(timer);
      life.abort();
    },
  };
};

/** What the events of a WebSocket have, each some of it. */
interface SocketEvent {
  readonly data: unknown;
  readonly code: number;
  readonly reason: string;
}

const socketTo = ([url, protocols]: Address, { WebSocket: Given, binaryType }: TicketSocketOptions): SocketLike => {
  const { WebSocket: Usual } = globalThis as { readonly WebSocket?: SocketConstructor };
  const Socket = Given ?? Usual;
  if (!Socket) throw new TypeError('there is no WebSocket: pass one');
  const socket = new Socket(url, protocols);
  if (binaryType) socket.binaryType = binaryType;
  // `close` follows, which tells as much; without a listener ws would throw the error.
  socket.addEventListener('error', () => {});
  return socket;
};
