import type { SocketArguments } from './address.ts';
import type { OpenTransport } from './attempt.ts';
import type { SocketCarrier, SocketConstructor, SocketLike, SocketOptions } from './types.ts';

const OPEN = 1;

/** Opens a WebSocket with a ticket. */
export const openSocket =
  (options: SocketOptions, argumentsWith: (ticket: string) => SocketArguments): OpenTransport =>
  (ticket, { onActivity, opened, received, closed }, signal) => {
    const socket = createSocket(argumentsWith(ticket), options);
    if (options.binaryType) socket.binaryType = options.binaryType;
    const on = (type: string, handle: (event: SocketEvent) => void) =>
      socket.addEventListener(type, (event: SocketEvent) => {
        if (!signal.aborted) handle(event);
      });
    on('open', () => {
      onActivity();
      opened(socket.protocol);
    });
    on('message', ({ data }) => {
      onActivity();
      received(data);
    });
    on('close', ({ code, reason }) => closed(code, reason));
    // The `close` event that follows says the same; without a listener ws would throw the error.
    on('error', () => {});
    return {
      send: (data) => {
        if (socket.readyState !== OPEN) return false;
        socket.send(data);
        return true;
      },
      close: (code, reason) => socket.close(code, reason),
    };
  };

/** The properties of all events of a WebSocket; each event has some of them. */
interface SocketEvent {
  readonly data: unknown;
  readonly code: number;
  readonly reason: string;
}

export const createSocket = ([url, protocols]: SocketArguments, options: SocketCarrier): SocketLike => {
  const Socket = options.WebSocket ?? (globalThis as { readonly WebSocket?: SocketConstructor }).WebSocket;
  if (!Socket) throw new TypeError('no WebSocket: pass one');
  return new Socket(url, protocols as string[]);
};
