import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from './binding.ts';
import { sessionHolder, subjectHolder } from './holders.ts';
import { MAX_TTL_SECONDS } from './lifetime.ts';
import type { TicketStore } from './store.ts';

export type RevokeScope = 'session' | 'subject';

export interface RevokerOptions {
  readonly store: TicketStore;
  readonly now?: () => number;
}

export type RevokeTickets = (caller: Caller, scope: RevokeScope) => Promise<void>;

/**
 * Makes the function that voids every outstanding ticket of the caller's session or subject, on every instance. It
 * resolves once a ticket issued from now on is valid. Throws `RequestError` `WS_TICKET_REDIS_NOT_READY`.
 */
export const createRevoker =
  ({ store, now = Date.now }: RevokerOptions): RevokeTickets =>
  async (caller, scope) => {
    const until = now();
    const holder = scope === 'session' ? sessionHolder(caller) : subjectHolder(caller);
    await store.revoke(holder, until, MAX_TTL_SECONDS * 1000);
    // A ticket of this same millisecond counts as issued before.
    while (now() <= until) await delay(1);
  };
