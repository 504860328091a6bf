import type { Position, RevocationEntry } from '../protocol/revocation-entry.ts';
import type { RevocationLog } from './revocation-log.ts';

export interface RevocationFollower {
  /** Every entry after this position follows. */
  readonly onStart: (position: Position) => void;
  /** Gets every entry once, in order. Older ones wait for what it returns. */
  readonly onEntries: (entries: readonly RevocationEntry[]) => Promise<void> | void;
  /** Entries may be missing: the next one is after `position`. */
  readonly onReset: (position: Position) => void;
  /** Nothing follows: revocations cannot be read now, or the follower takes older ones too slowly. */
  readonly onEnd: (reason: FollowEnd) => void;
}

export type FollowEnd = 'delayed' | 'failed' | 'slow';

export interface FollowOptions {
  readonly log: Pick<RevocationLog, 'entriesAfter' | 'follow'>;
  /** Where the follower left off; anything that is no position counts as lost. */
  readonly after: string | undefined;
  /** Where the log ends now. */
  readonly end: Position;
}

const ENTRIES_PER_READ = 500;
// A follower that is behind by more resumes later, from the store.
const MAX_WAITING = 10_000;

/**
 * Passes on the entries after `after` from the store, and then those that arrive. Without `after` it starts at the end of
 * the log. Returns a function that stops it.
 */
export const followRevocations = ({ log, after, end }: FollowOptions, follower: RevocationFollower): (() => void) => {
  let passed: Position = end;
  // Entries that arrive while older ones are read from the store.
  let waiting: RevocationEntry[] | undefined = [];
  let stopped = false;

  const pass = (entries: readonly RevocationEntry[]): Promise<void> | void => {
    const newer = entries.filter(({ position }) => position > passed);
    passed = newer.at(-1)?.position ?? passed;
    if (newer.length > 0 && !stopped) return follower.onEntries(newer);
  };

  const reset = (position: Position): void => {
    passed = position;
    if (!stopped) follower.onReset(position);
  };

  const stop = (): void => {
    stopped = true;
    stopListening();
  };

  const endFor = (reason: FollowEnd): void => {
    if (stopped) return;
    stop();
    follower.onEnd(reason);
  };

  const stopListening = log.follow({
    onEntries: (entries) => {
      if (waiting === undefined) return void pass(entries);
      waiting.push(...entries);
      if (waiting.length > MAX_WAITING) endFor('slow');
    },
    onReset: (position) => {
      if (waiting !== undefined) waiting = [];
      reset(position);
    },
    onDelayed: () => endFor('delayed'),
  });

  const catchUp = async (position: Position): Promise<void> => {
    passed = position;
    let hasMore = true;
    while (hasMore) {
      const asked = passed;
      const entries = await log.entriesAfter(asked, ENTRIES_PER_READ);
      // A reset of the log came first: what the store replies belongs to what is lost.
      if (stopped || passed !== asked) return;
      if (entries === undefined) return reset(end);
      if (asked === position) follower.onStart(position);
      await pass(entries);
      hasMore = !stopped && entries.length === ENTRIES_PER_READ;
    }
  };

  const begin = async (): Promise<void> => {
    if (after === undefined || after === end) follower.onStart(end);
    else await catchUp(after);
    const arrivedMeanwhile = waiting ?? [];
    waiting = undefined;
    await pass(arrivedMeanwhile);
  };

  begin().catch(() => endFor('failed'));
  return stop;
};
