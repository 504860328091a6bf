import type { Count } from './fixed-window-counter.ts';

/** The result of a take: a ticket, for exactly one caller; a ticket that was taken before; or nothing. */
export type Taken =
  | { readonly state: 'live'; readonly payload: string }
  | { readonly state: 'used' }
  | { readonly state: 'unknown' };

/**
 * What is stored for a time under a key: the id of the last revocation, that a session has ended, or that a logout token
 * was used.
 */
export interface Mark {
  readonly kind: 'revocation' | 'ended' | 'logoutToken';
  readonly key: string;
}

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
   * Stores the value of a mark for `ttlMs` milliseconds, and returns the value that it replaces, `null` for none.
   * Throws `StoreUnavailable` if that is not certain.
   */
  mark(mark: Mark, value: string, ttlMs: number): Promise<string | null>;
  /**
   * The value of each mark; `null` if none is stored.
   * Throws `StoreUnavailable`.
   */
  marks(marks: readonly Mark[]): Promise<readonly (string | null)[]>;
  /**
   * Counts one more under `key`, on all instances together, in a window of `windowMs` milliseconds that began with the
   * first. Throws `StoreUnavailable`.
   */
  count(key: string, windowMs: number): Promise<Count>;
}
