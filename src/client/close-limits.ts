// In a module of their own: so the bundler writes each number where it is used, which is shorter.

/** The default `Retry-After` of ticketd: a close frame has no place for it. */
export const TRY_AGAIN_LATER_MS = 2000;
/** A shorter session ended before it was of use: without backoff, JWTs that are about to expire would make a loop. */
export const SHORTEST_SESSION_MS = 1000;
/** Sessions that began together end together. */
export const SESSION_SPREAD_MS = 1000;
/** A ticket can get lost, but not five in a row: then the gateway asks another ticketd or has another audience. */
export const MOST_REFUSALS = 5;
