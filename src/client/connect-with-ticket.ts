import { addressOf, socketArgumentsWith } from './address.ts';
import { type EmitOfConnection, keepConnected } from './connection.ts';
import { createEvent, createTarget } from './events.ts';
import { openSocket } from './socket-transport.ts';
import type { TicketSocket, TicketSocketOptions } from './types.ts';

/**
 * Keeps a WebSocket open whose handshakes are authenticated by tickets of ticketd. Each attempt gets a ticket of its
 * own; a spent one is never sent again. Retries wait for an exponential backoff with full jitter, on top of any
 * `Retry-After`. When ticketd rejects the JWT, the client calls `getToken` once more. It stops, and reports why, when
 * ticketd rejects that JWT, too, or the request, and when the server closes with a final code.
 *
 * The first attempt begins when the calling code has run to its end, so that it can add its listeners. Throws a
 * `TypeError` for addresses that cannot work, and unless exactly one of `getToken` and `credentials` is set.
 */
export const connectWithTicket = (options: TicketSocketOptions): TicketSocket => {
  const { socketUrl, protocols = [] } = options;
  const address = addressOf(socketUrl);
  const openTransport = openSocket(options, socketArgumentsWith(address, protocols, options));
  const target = createTarget();
  const emit: EmitOfConnection = (type, details) => target.dispatchEvent(createEvent(type, details));
  const { currentState, ...methods } = keepConnected(options, address.host, openTransport, emit);
  Object.defineProperty(target, 'state', { get: currentState });
  // The listeners of TicketSocket have typed events, those of EventTarget do not.
  return Object.assign(target, methods) as unknown as TicketSocket;
};
