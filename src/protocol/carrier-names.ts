// The names under which a handshake carries its ticket. Without Node, since the client in the browser imports them, too.

/** The query parameter. */
export const TICKET_PARAMETER = 'ticket';
/** An entry of `Sec-WebSocket-Protocol` is this and the ticket. */
export const TICKET_PROTOCOL_PREFIX = 'ticketd.';
