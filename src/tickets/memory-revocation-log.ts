import { positionOf, type RevocationEntry } from '../protocol/revocation-entry.ts';
import type { RevocationListener, RevocationLog } from './revocation-log.ts';

const MAX_ENTRIES = 100_000;

/** The revocations of a process that stores its tickets in memory. */
export const createMemoryRevocationLog = (now: () => number = Date.now): RevocationLog => {
  const listeners = new Set<RevocationListener>();
  // That of another process begins at another time: no gateway resumes there.
  let last = { ms: now(), count: 0 };
  const entries: RevocationEntry[] = [{ position: positionOf(last.ms, last.count), key: '' }];

  const nextPosition = () => {
    const ms = now();
    last = ms > last.ms ? { ms, count: 0 } : { ms: last.ms, count: last.count + 1 };
    return positionOf(last.ms, last.count);
  };

  const end = () => positionOf(last.ms, last.count);

  return {
    append: async (key) => {
      const entry = { position: nextPosition(), key };
      entries.push(entry);
      if (entries.length > MAX_ENTRIES) entries.shift();
      for (const { onEntries } of listeners) onEntries([entry]);
    },
    lastPosition: async () => end(),
    recentPosition: end,
    lagSeconds: () => 0,
    entriesAfter: async (position, limit) => {
      const at = entries.findLastIndex((entry) => entry.position <= position);
      return entries[at]?.position === position ? entries.slice(at + 1, at + 1 + limit) : undefined;
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
