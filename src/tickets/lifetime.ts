/** The longest that any instance may be told to let a ticket live; revocations are remembered for as long. */
export const MAX_TTL_SECONDS = 300;

/** With less to live than this, in milliseconds, a JWT is not worth a ticket. */
export const MIN_TTL_MS = 1000;
