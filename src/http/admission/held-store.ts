import type { TicketStore } from '../../tickets/store.ts';
import type { Gate } from './gate.ts';

/** The store, with the gate told of each call while it lasts. */
export const heldStore = (store: TicketStore, { hold }: Pick<Gate, 'hold'>): TicketStore => ({
  name: store.name,
  isReady: store.isReady,
  put: (...ticket) => hold(store.put(...ticket)),
  forget: (digest) => hold(store.forget(digest)),
  take: (digest) => hold(store.take(digest)),
  revoke: (...revocation) => hold(store.revoke(...revocation)),
  revokedUntil: (holders) => hold(store.revokedUntil(holders)),
  count: (...window) => hold(store.count(...window)),
});
