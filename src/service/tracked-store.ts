import type { ConcurrencyLimiter } from '../http/server/concurrency-limiter.ts';
import type { TicketStore } from '../tickets/store.ts';

/** The store, whose calls the concurrency limiter counts while they last. */
export const trackedStore = (store: TicketStore, { track }: Pick<ConcurrencyLimiter, 'track'>): TicketStore => ({
  name: store.name,
  isReady: store.isReady,
  put: (digest, payload, ttlMs) => track(store.put(digest, payload, ttlMs)),
  replace: (digest, payload) => track(store.replace(digest, payload)),
  forget: (digest) => track(store.forget(digest)),
  take: (digest) => track(store.take(digest)),
  mark: (mark, value, ttlMs) => track(store.mark(mark, value, ttlMs)),
  marks: (marks) => track(store.marks(marks)),
  count: (key, windowMs) => track(store.count(key, windowMs)),
});
