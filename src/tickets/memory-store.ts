import { StoreUnavailable } from './errors.ts';
import { createFixedWindowCounter } from './fixed-window-counter.ts';
import type { Mark, TicketStore } from './store.ts';

const MAX_ENTRIES = 100_000;
// In place of a payload, which is never empty.
const USED = '';

/**
 * Stores tickets in this process, for trying ticketd with `memory://`: they end with the process, and no other instance
 * has them. `now` returns milliseconds of a monotonic clock.
 */
export const createMemoryStore = (now: () => number = () => performance.now()): TicketStore => {
  const tickets = expiringMap<string>(now);
  const marks = expiringMap<string>(now);
  const counter = createFixedWindowCounter(MAX_ENTRIES, now);
  return {
    name: 'memory',
    isReady: () => true,
    put: async (digest, payload, ttlMs) => tickets.set(digest, payload, now() + ttlMs),
    replace: async (digest, payload) => {
      const stored = tickets.get(digest);
      if (stored === undefined) throw new StoreUnavailable({ message: 'the ticket was gone before it was given out' });
      tickets.set(digest, payload, stored.expiresAt);
    },
    forget: async (digest) => tickets.delete(digest),
    take: async (digest) => {
      const stored = tickets.get(digest);
      if (stored === undefined) return { state: 'unknown' };
      if (stored.value === USED) return { state: 'used' };
      tickets.set(digest, USED, stored.expiresAt);
      return { state: 'live', payload: stored.value };
    },
    mark: async (mark, value, ttlMs) => {
      const before = marks.get(nameOf(mark))?.value ?? null;
      marks.set(nameOf(mark), value, now() + ttlMs);
      return before;
    },
    marks: async (all) => all.map((mark) => marks.get(nameOf(mark))?.value ?? null),
    count: async (key, windowMs) => counter.count(key, windowMs),
  };
};

const nameOf = ({ kind, key }: Mark): string => `${kind} ${key}`;

interface Entry<T> {
  readonly value: T;
  readonly expiresAt: number;
}

const expiringMap = <T>(now: () => number) => {
  const entries = new Map<string, Entry<T>>();

  const dropExpired = (): void => {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now()) entries.delete(key);
  };

  return {
    get: (key: string): Entry<T> | undefined => {
      const entry = entries.get(key);
      if (entry === undefined || entry.expiresAt > now()) return entry;
      entries.delete(key);
      return undefined;
    },
    set: (key: string, value: T, expiresAt: number): void => {
      const isNew = !entries.has(key);
      if (isNew && entries.size >= MAX_ENTRIES) dropExpired();
      if (isNew && entries.size >= MAX_ENTRIES) throw storeFullError();
      entries.set(key, { value, expiresAt });
    },
    delete: (key: string): void => void entries.delete(key),
  };
};

const storeFullError = (): StoreUnavailable =>
  new StoreUnavailable({ message: `the store is full: it has ${MAX_ENTRIES} entries` });
