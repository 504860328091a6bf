import type { Count } from './windows.ts';

/** What a take finds: a ticket, for the one caller that gets it; one that was taken before; or nothing. */
export type Taken =
  | { readonly state: 'live'; readonly payload: string }
  | { readonly state: 'used' }
  | { readonly state: 'unknown' };

/** Where tickets live until they are redeemed. Holds digests, never tickets. */
export interface TicketStore {
  /** What readiness answers call it. */
  readonly name: 'redis' | 'memory';
  /** Whether a ticket could be kept right now; synchronous, no I/O. */
  isReady(): boolean;
  /**
   * Keeps `payload` under `digest` for `ttlMs` milliseconds.
   * Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` when it was not, or perhaps not, kept.
   */
  put(digest: string, payload: string, ttlMs: number): Promise<void>;
  /** Takes back a `put` whose ticket was given to nobody; whether that was done makes no difference to anybody. */
  forget(digest: string): Promise<void>;
  /**
   * Takes what is kept under `digest` away and gives it to exactly one caller; for the rest of its life the others
   * learn that it was used. Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` when nothing was taken,
   * `WS_TICKET_OUTCOME_UNKNOWN` when the answer was lost and the ticket may be spent.
   */
  take(digest: string): Promise<Taken>;
  /**
   * Voids all tickets of `holder` issued at `until` or before, milliseconds since the epoch; forgotten after `ttlMs`,
   * by when all of them have expired. Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` where that is not certain.
   */
  revoke(holder: string, until: number, ttlMs: number): Promise<void>;
  /**
   * The latest instant until which the tickets of any of these holders are void; 0 where of none.
   * Throws `RequestError` `WS_TICKET_REDIS_NOT_READY`.
   */
  revokedUntil(holders: readonly string[]): Promise<number>;
  /**
   * Counts one more for `holder`, on all instances together, in a window of `windowMs` milliseconds that began with
   * the first. Throws `RequestError` `WS_TICKET_REDIS_NOT_READY`.
   */
  count(holder: string, windowMs: number): Promise<Count>;
}
