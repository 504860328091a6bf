import type { Gate } from '../http/server/concurrency-limiter.ts';
import type { TicketStore } from '../tickets/store.ts';

/** The store, with the gate told of each call while it lasts. */
export const heldStore = (store: TicketStore, { hold }: Pick<Gate, 'hold'>): TicketStore => ({
  name: store.name,
  isReady: store.isReady,
  put: (digest, payload, ttlMs) => hold(store.put(digest, payload, ttlMs)),
  replace: (digest, payload) => hold(store.replace(digest, payload)),
  forget: (digest) => hold(store.forget(digest)),
  take: (digest) => hold(store.take(digest)),
  revoke: (key, id, ttlMs) => hold(store.revoke(key, id, ttlMs)),
  revocationIds: (keys) => hold(store.revocationIds(keys)),
  count: (key, windowMs) => hold(store.count(key, windowMs)),
});
