import type { TicketStore } from '../../tickets/store.ts';
import type { Gate } from './gate.ts';

/** The store, with the gate told of each call while it lasts. */
export const heldStore = (store: TicketStore, { hold }: Pick<Gate, 'hold'>): TicketStore => ({
  name: store.name,
  isReady: store.isReady,
  put: (digest, payload, ttlMs) => hold(store.put(digest, payload, ttlMs)),
  forget: (digest) => hold(store.forget(digest)),
  take: (digest) => hold(store.take(digest)),
  revoke: (holder, until, ttlMs) => hold(store.revoke(holder, until, ttlMs)),
  revokedUntil: (holders) => hold(store.revokedUntil(holders)),
  count: (holder, windowMs) => hold(store.count(holder, windowMs)),
});
