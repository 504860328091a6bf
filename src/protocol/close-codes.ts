// With what a gateway closes a WebSocket, and what `ticketd/client` reads from it. Applications may use 4000 to 4999
// (RFC 6455, section 7.4.2).

/** The session was revoked, or the application refuses the client for good: the client stops. */
export const REVOKED = 4001;
/** The JWT of the ticket expired: the client reconnects with a new one. */
export const SESSION_EXPIRED = 4003;
/** The handshake had no ticket that could be redeemed: the client retries with a new one. */
export const HANDSHAKE_REFUSED = 4004;
/** The connection ended without a close frame; never sent (RFC 6455, section 7.1.5). */
export const ABNORMAL_CLOSURE = 1006;
/** An outage, or revocations may be lost: the client retries later (IANA registry of WebSocket close codes). */
export const TRY_AGAIN_LATER = 1013;
