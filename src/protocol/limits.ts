// The longest texts that ticketd accepts, in characters. A longer one is refused, never cut.

/** What a ticket is bound to. */
export const MAX_AUDIENCE_CHARACTERS = 128;
export const MAX_CHANNEL_CHARACTERS = 256;
/** The only path that a ticket is good for. */
export const MAX_PATH_CHARACTERS = 1024;
/** RFC 6454, section 7: scheme, host and port; no real origin comes near this. */
export const MAX_ORIGIN_CHARACTERS = 512;
/** Each name in a JWT: its subject, its issuer and its session. */
export const MAX_NAME_CHARACTERS = 1024;
