import { RequestError } from '../errors/request-error.ts';
import type { TicketStore } from './store.ts';

const MAX_TICKETS = 100_000;

/**
 * Keeps tickets in this process: for trying things out with `memory://`. Its tickets end with the process and
 * no other instance knows them.
 */
export const createMemoryStore = (now: () => number = Date.now): TicketStore => {
  const kept = new Map<string, { readonly payload: string; readonly expiresAt: number }>();

  const dropExpired = (): void => {
    for (const [digest, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(digest);
  };

  return {
    name: 'memory',
    isReady: () => true,
    put: async (digest, payload, ttlMs) => {
      if (kept.size >= MAX_TICKETS) dropExpired();
      if (kept.size >= MAX_TICKETS) throw new RequestError('WS_TICKET_REDIS_NOT_READY', 'The embedded store is full');
      kept.set(digest, { payload, expiresAt: now() + ttlMs });
    },
    take: async (digest) => {
      const ticket = kept.get(digest);
      kept.delete(digest);
      return ticket !== undefined && ticket.expiresAt > now() ? ticket.payload : undefined;
    },
  };
};
