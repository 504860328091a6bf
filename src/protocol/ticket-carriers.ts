// Where a handshake carries its ticket. In a file without Node, since the client in the browser imports it, too.

/** The query parameter. */
export const TICKET_PARAMETER = 'ticket';
/** An entry of `Sec-WebSocket-Protocol` is this and the ticket. */
export const TICKET_PROTOCOL_PREFIX = 'ticketd.';
