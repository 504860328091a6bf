import type { Caller } from '../auth/caller.ts';
import { randomText } from '../protocol/random-text.ts';
import { REVOCATION_TTL_MS } from './lifetime.ts';
import { sessionKey, subjectKey } from './revocation-keys.ts';
import type { TicketStore } from './store.ts';

export type RevokeScope = 'session' | 'subject';

export interface RevokerOptions {
  readonly store: Pick<TicketStore, 'revoke'>;
}

export type RevokeTickets = (caller: Caller, scope: RevokeScope) => Promise<void>;

// As many as a UUID: no two revocations ever have the same id.
const ID_BYTES = 16;

/**
 * Makes the function that voids every outstanding ticket of the caller's session or subject, on every instance. It stores
 * an id that no ticket has yet; those issued from then on get it. Throws `StoreUnavailable`.
 */
export const createRevoker =
  ({ store }: RevokerOptions): RevokeTickets =>
  async (caller, scope) => {
    const key = scope === 'session' ? sessionKey(caller) : subjectKey(caller);
    await store.revoke(key, randomText(ID_BYTES, 'base64url'), REVOCATION_TTL_MS);
  };
