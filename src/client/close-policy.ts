import { HANDSHAKE_REFUSED, REVOKED, SESSION_EXPIRED, TRY_AGAIN_LATER } from '../protocol/close-codes.ts';
import { MOST_REFUSALS, SESSION_SPREAD_MS, SHORTEST_SESSION_MS, TRY_AGAIN_LATER_MS } from './close-limits.ts';
import type { AttemptReason, RetryOptions, SocketOptions } from './types.ts';

/** What the client does after a connection ended. */
export interface AfterClose {
  /** It stops. */
  readonly final: boolean;
  /** Why it makes another attempt. */
  readonly why: AttemptReason;
  /** It restarts the backoff: failures before this connection no longer count. */
  readonly resetBackoff: boolean;
  /** It waits this long at least. */
  readonly minDelayMs: number;
  /** It adds a random share of this instead of the backoff. */
  readonly spreadMs: number | undefined;
}

/** `openMs` is how long the connection was open; left out where the handshake failed. */
export type ClosePolicy = (code: number, openMs?: number) => AfterClose;

export type ClosePolicyOptions = Pick<RetryOptions & SocketOptions, 'finalCodes' | 'stableAfterMs'>;

/** Decides by the close code and by how long the connection was open; counts refused handshakes in a row. */
export const createClosePolicy = (options: ClosePolicyOptions): ClosePolicy => {
  const { finalCodes = [REVOKED], stableAfterMs = 5000 } = options;
  let refusals = 0;
  return (code, openMs = -1) => {
    const stable = openMs >= stableAfterMs;
    refusals = code === HANDSHAKE_REFUSED && !stable ? refusals + 1 : 0;
    const sessionOver = code === SESSION_EXPIRED && openMs >= SHORTEST_SESSION_MS;
    return {
      final: finalCodes.includes(code) || refusals === MOST_REFUSALS,
      why: openMs < 0 ? 'handshake' : (REASONS[code] ?? 'closed'),
      resetBackoff: stable || sessionOver,
      minDelayMs: code === TRY_AGAIN_LATER ? TRY_AGAIN_LATER_MS : 0,
      spreadMs: sessionOver ? SESSION_SPREAD_MS : undefined,
    };
  };
};

const REASONS: Readonly<Record<number, AttemptReason>> = {
  [SESSION_EXPIRED]: 'expired',
  [HANDSHAKE_REFUSED]: 'refused',
};
