import type { Count } from './fixed-window-counter.ts';

/** The result of a take: a ticket, for exactly one caller; a ticket that was taken before; or nothing. */
export type Taken =
  | { readonly state: 'live'; readonly payload: string }
  | { readonly state: 'used' }
  | { readonly state: 'unknown' };

/** Stores tickets until they are redeemed: their digests, never the tickets. */
export interface TicketStore {
  /** Its name in readiness responses. */
  readonly name: 'redis' | 'memory';
  /** Whether a ticket could be stored right now; synchronous, no I/O. */
  isReady(): boolean;
  /**
   * Stores `payload` under `digest` for `ttlMs` milliseconds.
   * Throws `StoreUnavailable` if it is not, or perhaps not, stored.
   */
  put(digest: string, payload: string, ttlMs: number): Promise<void>;
  /**
   * Replaces the payload of a `put` whose ticket no client has yet; the record keeps its expiry.
   * Throws `StoreUnavailable` if that is not, or perhaps not, done.
   */
  replace(digest: string, payload: string): Promise<void>;
  /** Deletes the record of a `put` whose ticket no client got; no client notices if that fails. */
  forget(digest: string): Promise<void>;
  /**
   * Takes the record under `digest` away and returns it to exactly one caller; until the ticket would have expired,
   * other callers get `used`. Throws `StoreUnavailable` if nothing was taken, `OutcomeUnknown` if the reply was lost and
   * the ticket may be spent.
   */
  take(digest: string): Promise<Taken>;
  /**
   * Stores `id` as that of the last revocation under `key`, for `ttlMs` milliseconds.
   * Throws `StoreUnavailable` if that is not certain.
   */
  revoke(key: string, id: string, ttlMs: number): Promise<void>;
  /**
   * The id of the last revocation under each of `keys`; `null` if none is stored.
   * Throws `StoreUnavailable`.
   */
  revocationIds(keys: readonly string[]): Promise<readonly (string | null)[]>;
  /**
   * Counts one more under `key`, on all instances together, in a window of `windowMs` milliseconds that began with the
   * first. Throws `StoreUnavailable`.
   */
  count(key: string, windowMs: number): Promise<Count>;
}
