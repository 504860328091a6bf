import { MAX_TTL_SECONDS } from '../config/variables.ts';
import { randomText } from '../protocol/random-text.ts';
import { type EndedUntil, encodeEnd, laterEnd } from './ended-session.ts';
import type { RevocationLog } from './revocation-log.ts';
import type { TicketStore } from './store.ts';

/** Voids every ticket with one of the keys, and closes every socket; with `endedUntil` it also ends their session. */
export interface Revocation {
  readonly keys: readonly string[];
  readonly endedUntil?: EndedUntil | undefined;
}

/**
 * Voids the tickets issued so far, on every instance, and closes the sockets opened so far, at every gateway. Throws
 * `StoreUnavailable` if that is not certain.
 */
export type Revoke = (revocation: Revocation) => Promise<void>;

export interface RevokerOptions {
  readonly store: Pick<TicketStore, 'mark' | 'marks'>;
  readonly log: Pick<RevocationLog, 'append'>;
  /** How long an end is stored. */
  readonly retentionSeconds: number;
}

/**
 * How long the id of a revocation is stored, in milliseconds: longer than any ticket that it voids, by a minute, since the
 * clock of the Redis server with the ticket may step back, and that of the server with the revocation ahead.
 */
const REVOCATION_TTL_MS = (MAX_TTL_SECONDS + 60) * 1000;
// As many as a UUID has: no two revocations ever have the same id.
const ID_BYTES = 16;

/**
 * Makes the function that revokes. The order counts. First the end, so that no ticket is issued after the revocation by an
 * ended session. Then an id that no ticket has yet; tickets issued from then on get it. Last the entry in the log: who
 * reads it can rely on the other two.
 */
export const createRevoker =
  ({ store, log, retentionSeconds }: RevokerOptions): Revoke =>
  async ({ keys, endedUntil }) => {
    if (endedUntil !== undefined)
      await Promise.all(keys.map((key) => storeEnd(store, key, endedUntil, retentionSeconds * 1000)));
    await Promise.all(
      keys.map((key) => store.mark({ kind: 'revocation', key }, randomText(ID_BYTES, 'base64url'), REVOCATION_TTL_MS)),
    );
    await Promise.all(keys.map(log.append));
  };

/** An end that is later stays: a logout token may arrive minutes after another revocation, or at the same time. */
const storeEnd = async (
  store: RevokerOptions['store'],
  key: string,
  endedUntil: EndedUntil,
  ttlMs: number,
): Promise<void> => {
  const mark = { kind: 'ended', key } as const;
  const raise = async (until: EndedUntil): Promise<void> => {
    const latest = laterEnd(await store.mark(mark, encodeEnd(until), ttlMs), until);
    if (latest !== until) await raise(latest);
  };
  const [stored = null] = await store.marks([mark]);
  await raise(laterEnd(stored, endedUntil));
};
