// What `ticketd/client` exports.
export { connectWithTicket } from './connect-with-ticket.ts';
export { type EventSourceOptions, eventSourceWithTicket, type TicketEventSource } from './event-source.ts';
export { type GetTicketOptions, getTicket, TicketError } from './get-ticket.ts';
export { ticketUrl } from './ticket-url.ts';
export { type TicketWebSocket, type TicketWebSocketOptions, ticketWebSocket } from './ticket-web-socket.ts';
export type * from './types.ts';
