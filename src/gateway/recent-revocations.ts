import type { RevocationEntry } from '../protocol/revocation-entry.ts';

/** The revocations of the last 60 s, for sockets that register after their session was revoked. */
export interface RecentRevocations {
  /** Forgets all: from now on every entry after `position` will be added. */
  startAt(position: string): void;
  add(entry: RevocationEntry): void;
  /** The position of the latest entry with one of these keys after `position`; `undefined` where there is none. */
  latestAfter(position: string, keys: readonly string[]): string | undefined;
  /** Whether every entry after `position` is still known. */
  isCompleteAfter(position: string): boolean;
}

const RETENTION_MS = 60_000;

interface LastEntry {
  readonly position: string;
  /** An instant of `performance.now()`. */
  readonly until: number;
}

export const createRecentRevocations = (): RecentRevocations => {
  // The latest entry of each key, in order of arrival: an earlier one closes no other socket.
  const latest = new Map<string, LastEntry>();
  let completeAfter = '';

  const forgetOld = (): void => {
    const now = performance.now();
    for (const [key, { position, until }] of latest) {
      if (until > now) return;
      latest.delete(key);
      if (position > completeAfter) completeAfter = position;
    }
  };

  return {
    startAt: (position) => {
      latest.clear();
      completeAfter = position;
    },
    add: ({ key, position }) => {
      forgetOld();
      latest.delete(key);
      latest.set(key, { position, until: performance.now() + RETENTION_MS });
    },
    latestAfter: (position, keys) =>
      keys
        .flatMap((key) => latest.get(key)?.position ?? [])
        .sort()
        .findLast((later) => later > position),
    isCompleteAfter: (position) => {
      forgetOld();
      return position >= completeAfter;
    },
  };
};
