import { RequestError } from '../errors/request-error.ts';
import type { TicketStore } from './store.ts';
import { createWindows } from './windows.ts';

const MAX_ENTRIES = 100_000;
// In place of a payload, which is never empty.
const USED = '';

/**
 * Keeps tickets in this process: for trying things out with `memory://`. Its tickets end with the process and
 * no other instance knows them.
 */
export const createMemoryStore = (now: () => number = Date.now): TicketStore => {
  const tickets = expiringMap<string>(now);
  const revocations = expiringMap<number>(now);
  const windows = createWindows(MAX_ENTRIES, now);
  return {
    name: 'memory',
    isReady: () => true,
    put: async (digest, payload, ttlMs) => tickets.set(digest, payload, now() + ttlMs),
    forget: async (digest) => tickets.delete(digest),
    take: async (digest) => {
      const kept = tickets.get(digest);
      if (kept === undefined) return { state: 'unknown' };
      if (kept.value === USED) return { state: 'used' };
      tickets.set(digest, USED, kept.expiresAt);
      return { state: 'live', payload: kept.value };
    },
    revoke: async (holder, until, ttlMs) => revocations.set(holder, until, now() + ttlMs),
    revokedUntil: async (holders) => Math.max(0, ...holders.map((holder) => revocations.get(holder)?.value ?? 0)),
    count: async (holder, windowMs) => windows.count(holder, windowMs),
  };
};

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
      if (isNew && entries.size >= MAX_ENTRIES)
        throw new RequestError('WS_TICKET_REDIS_NOT_READY', 'The embedded store is full');
      entries.set(key, { value, expiresAt });
    },
    delete: (key: string): void => void entries.delete(key),
  };
};
