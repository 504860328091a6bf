import { createDeferredSocket, type DeferredSocket, type DeferredSocketOptions } from './deferred-socket.ts';
import { eventTargetClass } from './events.ts';
import { createTicketSource } from './ticket-source.ts';
import type { SocketCarrier, SocketConstructor, SocketData, TicketOptions } from './types.ts';
import { defineConstants, defineHandlers } from './web-events.ts';

/** Options of `ticketWebSocket`. */
export type TicketWebSocketOptions = TicketOptions &
  SocketCarrier & {
    /**
     * The code of the `close` event after which no other attempt can succeed; 4001 by default. Set the one at which your
     * library stops.
     */
    readonly stopCode?: number | undefined;
  };

/** The events of such a socket. They have the classes of the platform, where it has them. */
export interface TicketWebSocketEvents {
  open: Event;
  message: Event & {
    // biome-ignore lint/suspicious/noExplicitAny: as in the types of browsers
    readonly data: any;
    readonly origin: string;
    readonly lastEventId: string;
  };
  /** `error` is a `TicketError` where there is no ticket; `code` and `reason` are those of the `close` that follows. */
  error: Event & {
    readonly message: string;
    readonly error: unknown;
    readonly code: number;
    readonly reason: string;
  };
  close: Event & { readonly code: number; readonly reason: string; readonly wasClean: boolean };
}

/** A `WebSocket`, as far as a program can see; its types need no library of a browser. */
export interface TicketWebSocket extends EventTarget {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /** Without the ticket. */
  readonly url: string;
  readonly readyState: 0 | 1 | 2 | 3;
  readonly bufferedAmount: number;
  readonly extensions: string;
  readonly protocol: string;
  binaryType: 'blob' | 'arraybuffer';
  // biome-ignore lint/suspicious/noExplicitAny: the classes of these events are not the same on every platform
  onopen: ((this: any, event: any) => unknown) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage: ((this: any, event: any) => unknown) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onerror: ((this: any, event: any) => unknown) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onclose: ((this: any, event: any) => unknown) | null;
  send(data: SocketData | SharedArrayBuffer): void;
  close(code?: number, reason?: string): void;
  addEventListener<Type extends keyof TicketWebSocketEvents>(
    type: Type,
    listener: (this: TicketWebSocket, event: TicketWebSocketEvents[Type]) => unknown,
    options?: Parameters<EventTarget['addEventListener']>[2],
  ): void;
  addEventListener(...args: Parameters<EventTarget['addEventListener']>): void;
  removeEventListener<Type extends keyof TicketWebSocketEvents>(
    type: Type,
    listener: (this: TicketWebSocket, event: TicketWebSocketEvents[Type]) => unknown,
    options?: Parameters<EventTarget['removeEventListener']>[2],
  ): void;
  removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void;
}

export interface TicketWebSocketClass {
  new (url: string | URL, protocols?: string | string[]): TicketWebSocket;
  readonly prototype: TicketWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

/**
 * Returns a class to use in place of `WebSocket`, in a library that takes one. Each of its sockets gets a ticket before
 * it connects. Without one it emits `error` and `close`: with 1013 where the library should try again, with `stopCode`
 * where no other attempt can succeed. So does a close with 4001.
 */
export const ticketWebSocket = (options: TicketWebSocketOptions): TicketWebSocketClass => {
  const tickets = createTicketSource(options);
  // Taken now, since the program may put this class in its place.
  const { WebSocket = (globalThis as { readonly WebSocket?: SocketConstructor }).WebSocket } = options;
  const deferred: DeferredSocketOptions = { ...options, WebSocket };

  // A class, since a program makes and extends it as it does `WebSocket`.
  class Socket extends eventTargetClass() {
    // The build shortens the name of the class.
    static override readonly name = 'WebSocket';
    readonly #socket: DeferredSocket;

    constructor(...args: readonly [url: string | URL, protocols?: string | readonly string[]]) {
      super();
      const [url, protocols = []] = args;
      if (!args.length) throw new TypeError('new WebSocket() needs an address');
      this.#socket = createDeferredSocket(this, deferred, tickets, url, protocols);
    }

    get [Symbol.toStringTag]() {
      return 'WebSocket';
    }
    get url() {
      return this.#socket.url;
    }
    get readyState() {
      return this.#socket.readyState();
    }
    get bufferedAmount() {
      return this.#socket.bufferedAmount();
    }
    get extensions() {
      return this.#socket.current('extensions') ?? '';
    }
    get protocol() {
      return this.#socket.current('protocol') ?? '';
    }
    get binaryType() {
      return this.#socket.binaryType();
    }
    set binaryType(type: string) {
      this.#socket.setBinaryType(type);
    }
    send(data: SocketData) {
      this.#socket.send(data);
    }
    close(code?: number, reason?: string) {
      this.#socket.close(code, reason);
    }
  }

  defineConstants(Socket, STATES);
  defineConstants(Socket.prototype, STATES);
  defineHandlers(Socket.prototype, ['open', 'message', 'error', 'close']);
  return Socket as unknown as TicketWebSocketClass;
};
