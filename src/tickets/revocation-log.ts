import type { Position, RevocationEntry } from '../protocol/revocation-entry.ts';

/** Follows the log: gets every entry once, in order. */
export interface RevocationListener {
  readonly onEntries: (entries: readonly RevocationEntry[]) => void;
  /** Entries may be missing: the store lost them. The next entry is after `position`. */
  readonly onReset: (position: Position) => void;
  /** Nothing could be read for 10 seconds; entries follow once the store can be read again. */
  readonly onDelayed: () => void;
}

/** All revocations in their order, for as long as they are stored. */
export interface RevocationLog {
  /** Stores an entry; it reaches every listener on every instance. Throws `StoreUnavailable` if that is not certain. */
  append(key: string): Promise<void>;
  /** Where the log ends, read from the store. Throws `StoreUnavailable`. */
  lastPosition(): Promise<Position>;
  /** Where the log ended within the last 10 seconds, as far as this process knows; `undefined` if it does not. */
  recentPosition(): Position | undefined;
  /** Seconds since this process last was at the end of the log. */
  lagSeconds(): number;
  /**
   * Up to `limit` entries after a position; `undefined` if the store has no entry there, so that some may be missing.
   * Throws `StoreUnavailable`.
   */
  entriesAfter(position: Position, limit: number): Promise<readonly RevocationEntry[] | undefined>;
  /** Passes all entries from now on to a listener, until the returned function is called. */
  follow(listener: RevocationListener): () => void;
}
