import { type Position, partsOf, type RevocationEntry } from '../protocol/revocation-entry.ts';

/**
 * Takes what a source reads. The source calls `onConnected` or `onReset` first, then `onRevoked` in the order of the
 * stream, then `onLost`; and so on for each attempt. No call throws.
 */
export interface RevocationReceiver {
  /**
   * The position after which the source has to read, asked before each attempt; `undefined` where any position will do:
   * then the source starts at the current end of the stream.
   */
  resumeFrom(): string | undefined;
  /** The source reads now: every entry after `position` will reach `onRevoked`. */
  onConnected(position: string): void;
  /** A socket whose ticket has the key of the entry, and an earlier position, must close. */
  onRevoked(entry: RevocationEntry): void;
  /** As `onConnected`, but entries between `resumeFrom()` and `position` may be lost. */
  onReset(position: string): void;
  /** The source skipped an entry that it could not read; `error` says what is wrong with it. */
  onMalformed(error: string): void;
  /** The source does not read now, and tries again by itself. Called after each failed attempt, with its reason. */
  onLost(error: string): void;
}

/** One way to learn of revocations: from the feed of a ticketd, or from the stream in Redis. */
export interface RevocationSource {
  /**
   * Reads revocations and passes them on, until the returned function is called: from then on the receiver gets no call.
   * Retries by itself. Neither a connection nor a timer of it keeps the process running.
   */
  follow(receiver: RevocationReceiver): () => void;
}

/** Whether a value is a position: 13 digits of milliseconds by the clock of Redis, a hyphen, 10 digits of sequence. */
export const isPosition = (value: unknown): value is Position =>
  typeof value === 'string' && partsOf(value) !== undefined;

/** When the entry was written, in milliseconds of the Unix epoch by the clock of Redis. */
export const writtenAt = (position: Position): number => partsOf(position)?.ms ?? 0;
