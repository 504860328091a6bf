import { ABNORMAL_CLOSURE, REVOKED, TRY_AGAIN_LATER } from '../protocol/close-codes.ts';
import { addressOf, socketArgumentsWith } from './address.ts';
import { createEvent } from './events.ts';
import { TicketError } from './get-ticket.ts';
import type { FailedOnce } from './request-once.ts';
import { failureOf } from './request-ticket.ts';
import { createSocket } from './socket-transport.ts';
import type { TicketSource } from './ticket-source.ts';
import type { SocketCarrier, SocketData, SocketLike, Ticket } from './types.ts';
import { closeEvent, errorEvent, messageEvent } from './web-events.ts';
import { bytesOf, checkClose, checkProtocols, domError, normalisedAddress } from './web-socket-rules.ts';

/** A socket that exists before its connection: it has no ticket yet. */
export interface DeferredSocket {
  readonly url: string;
  readyState(): number;
  bufferedAmount(): number;
  /** A property of the real socket, once there is one. */
  current<Name extends keyof RealSocket>(name: Name): RealSocket[Name] | undefined;
  binaryType(): string;
  setBinaryType(type: string): void;
  send(data: SocketData): void;
  close(code?: number, reason?: string): void;
}

interface RealSocket extends SocketLike {
  readonly bufferedAmount?: number;
  readonly extensions?: string;
}

export interface DeferredSocketOptions extends SocketCarrier {
  readonly stopCode?: number | undefined;
}

/** The properties of all events of a WebSocket; each event has some of them. */
interface SocketEvent {
  readonly data: unknown;
  readonly origin: string;
  readonly code: number;
  readonly reason: string;
  /** Missing in React Native. */
  readonly wasClean?: boolean;
  readonly message?: string;
  readonly error?: unknown;
}

const [CONNECTING, CLOSING, CLOSED] = [0, 2, 3];

/** Gets a ticket, then opens the real socket, whose events come from `target`. Throws as `new WebSocket()` does. */
export const createDeferredSocket = (
  target: EventTarget,
  options: DeferredSocketOptions,
  requestTicket: TicketSource,
  url: string | URL,
  protocols: string | readonly string[],
): DeferredSocket => {
  const { address, argumentsWith } = handshakeOf(url, protocols, options);
  const { stopCode = REVOKED } = options;
  const controller = new AbortController();
  let socket: RealSocket | undefined;
  // Until there is a real socket.
  let state = CONNECTING;
  let binaryType: string | undefined;
  // In bytes. Only a socket that closes lets a program send before there is a real one.
  let discarded = 0;

  const fail = (code: number, failure: FailedOnce) => {
    state = CLOSED;
    const error = new TicketError(failure, failure.final);
    const close = { code, reason: failure.errorCode ?? '' };
    target.dispatchEvent(errorEvent({ message: error.message, error }, close));
    target.dispatchEvent(closeEvent({ ...close, wasClean: false }));
  };

  const open = (result: Ticket | FailedOnce) => {
    if (!('ticket' in result)) return fail(result.final ? stopCode : TRY_AGAIN_LATER, result);
    try {
      socket = createSocket(argumentsWith(result.ticket), options);
    } catch (error) {
      return fail(stopCode, { ...failureOf(error), final: 'invalid' });
    }
    if (binaryType) socket.binaryType = binaryType;
    passOn(socket);
  };

  const passOn = (real: RealSocket) => {
    const on = (type: string, handle: (event: SocketEvent) => unknown) => real.addEventListener(type, handle);
    on('open', () => target.dispatchEvent(createEvent('open', {})));
    on('message', ({ data, origin }) =>
      target.dispatchEvent(messageEvent('message', { data, origin, lastEventId: '' })),
    );
    on('error', ({ message = '', error }) =>
      target.dispatchEvent(errorEvent({ message, error }, { code: ABNORMAL_CLOSURE, reason: '' })),
    );
    on('close', ({ code, reason, wasClean = false }) =>
      target.dispatchEvent(closeEvent({ code: code === REVOKED ? stopCode : code, reason, wasClean })),
    );
  };

  const abandon = () => {
    if (state !== CONNECTING) return;
    state = CLOSING;
    controller.abort();
    // As with every WebSocket, the events come after the call.
    setTimeout(() => fail(ABNORMAL_CLOSURE, { message: 'closed before the connection was open' }));
  };

  requestTicket(controller.signal, open);
  const readyState = () => socket?.readyState ?? state;
  return {
    url: address,
    readyState,
    bufferedAmount: () => socket?.bufferedAmount ?? discarded,
    current: (name) => socket?.[name],
    binaryType: () => socket?.binaryType ?? binaryType ?? 'blob',
    setBinaryType: (type) => {
      if (type !== 'blob' && type !== 'arraybuffer') return;
      binaryType = type;
      if (socket) socket.binaryType = type;
    },
    send: (data) => {
      if (readyState() === CONNECTING) throw domError('InvalidStateError', 'the socket is still connecting');
      if (socket) socket.send(data);
      else discarded += bytesOf(data);
    },
    close: (code, reason = '') => {
      checkClose(code, reason);
      if (!socket) abandon();
      else if (code === undefined) socket.close();
      else socket.close(code, reason);
    },
  };
};

const handshakeOf = (url: string | URL, protocols: string | readonly string[], options: SocketCarrier) => {
  const list = checkProtocols(protocols);
  try {
    const address = addressOf(normalisedAddress(url));
    return { address: `ws${address.rest}`, argumentsWith: socketArgumentsWith(address, list, options) };
  } catch (error) {
    throw domError('SyntaxError', failureOf(error).message);
  }
};
