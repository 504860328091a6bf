import { setTimeout as delay } from 'node:timers/promises';
import type { Emit } from '../../log/events.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { createWindows } from '../../tickets/fixed-window-counter.ts';
import type { BAD_CREDENTIALS } from '../server/limits.ts';
import { networkOf } from './client-address.ts';
import type { Context, Middleware } from './context.ts';
import { errorCodeOf } from './error-mapping.ts';

export interface PacingOptions {
  readonly limits: { readonly [Name in keyof typeof BAD_CREDENTIALS]: number };
  readonly emit: Emit;
}

const CODES: readonly ErrorCode[] = [
  // Anybody can make up the id of a key.
  'AUTH_KEYS_UNAVAILABLE',
  'AUTH_TOKEN_INVALID',
  'AUTH_TOKEN_MISSING',
  'GATEWAY_UNAUTHORIZED',
];

/**
 * Counts bad credentials by address, and paces the refusals of one that sends them in heaps: a flood then goes as slow
 * as its answers come. Nothing is refused unseen, since only a signature tells it from an honest caller behind the same
 * address, whom this never touches.
 */
export const paceBadCredentials = ({ limits, emit }: PacingOptions): Middleware => {
  const windows = createWindows(limits.maxAddresses);
  const pace = createPace(limits);
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isBadCredential(error) && countOf(ctx) > limits.allowed) await pace();
      throw error;
    }
  };

  function countOf({ state: { traceId, address = '' } }: Context): number {
    const { count } = windows.count(networkOf(address), limits.windowMs);
    if (count === limits.allowed + 1) emit('bad_credentials_flood', { traceId, address, count });
    return count;
  }
};

const isBadCredential = (error: unknown): boolean => {
  const code = errorCodeOf(error);
  return code !== undefined && CODES.includes(code);
};

/** Lets one after the other go, some way apart; those beyond `maxWaiting` at once, which would only hold memory. */
const createPace = ({ perSecond, maxWaitMs, maxWaiting }: PacingOptions['limits']): (() => Promise<void>) => {
  let waiting = 0;
  let free = Number.NEGATIVE_INFINITY;
  return async () => {
    if (waiting >= maxWaiting) return;
    const now = performance.now();
    const waitMs = Math.min(maxWaitMs, Math.max(0, free - now));
    free = now + waitMs + 1000 / perSecond;
    waiting += 1;
    await delay(waitMs);
    waiting -= 1;
  };
};
