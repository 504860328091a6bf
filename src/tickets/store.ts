import type { Count } from './fixed-window-counter.ts';

/** What a take finds: a ticket, for the one caller that gets it; one that was taken before; or nothing. */
export type Taken =
  | { readonly state: 'live'; readonly payload: string }
  | { readonly state: 'used' }
  | { readonly state: 'unknown' };

/** Where tickets live until they are redeemed. Holds digests, never tickets. */
export interface TicketStore {
  /** What readiness answers call it. */
  readonly name: 'redis' | 'memory';
  /** Whether a ticket could be stored right now; synchronous, no I/O. */
  isReady(): boolean;
  /**
   * Stores `payload` under `digest` for `ttlMs` milliseconds.
   * Throws `StoreUnavailable` when it was not, or perhaps not, stored.
   */
  put(digest: string, payload: string, ttlMs: number): Promise<void>;
  /**
   * Replaces the payload of a `put` whose ticket no client has yet; it ends when it would have ended.
   * Throws `StoreUnavailable` when that was not, or perhaps not, done.
   */
  replace(digest: string, payload: string): Promise<void>;
  /** Takes back a `put` whose ticket no client got; whether that was done makes no difference to any client. */
  forget(digest: string): Promise<void>;
  /**
   * Takes what is stored under `digest` away and gives it to exactly one caller; for the rest of its life the others
   * learn that it was used. Throws `StoreUnavailable` when nothing was taken, `OutcomeUnknown` when the reply was lost and the ticket may be spent.
   */
  take(digest: string): Promise<Taken>;
  /**
   * Stores `id` as that of the last revocation under `key`, for `ttlMs` milliseconds.
   * Throws `StoreUnavailable` where that is not certain.
   */
  revoke(key: string, id: string, ttlMs: number): Promise<void>;
  /**
   * The id of the last revocation under each of `keys`; `null` where none is stored.
   * Throws `StoreUnavailable`.
   */
  revocationIds(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /**
   * Counts one more under `key`, on all instances together, in a window of `windowMs` milliseconds that began with the
   * first. Throws `StoreUnavailable`.
   */
  count(key: string, windowMs: number): Promise<Count>;
}
