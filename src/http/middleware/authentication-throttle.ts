import { setTimeout as delay } from 'node:timers/promises';
import type { Emit } from '../../log/events.ts';
import { createFixedWindowCounter } from '../../tickets/fixed-window-counter.ts';
import type { BAD_CREDENTIALS } from '../server/limits.ts';
import { networkOf } from './client-address.ts';
import type { Context, Middleware } from './context.ts';
import { errorCodeOf } from './error-mapping.ts';

export interface ThrottleOptions {
  readonly limits: { readonly [Name in keyof typeof BAD_CREDENTIALS]: number };
  readonly emit: Emit;
}

/** Throws a refusal if the credentials of a request are missing or wrong. */
export type AuthenticationCheck = (ctx: Context) => Promise<void> | void;

/**
 * Makes a middleware of an authentication check, for as many checks as share the limits. It counts the refusals of each
 * address, and delays those beyond the limit one after the other: a flood is then as slow as its responses. No request
 * is refused before its check: only a signature distinguishes a flood from an honest caller with the same address, whom
 * the throttle never delays.
 */
export const createAuthenticationThrottle = ({ limits, emit }: ThrottleOptions) => {
  const failures = createFixedWindowCounter(limits.maxAddresses);
  const delayInTurn = createDelay(limits);

  const isOverLimit = ({ state: { traceId, address = '' } }: Context): boolean => {
    const { count } = failures.count(networkOf(address), limits.windowMs);
    if (count === limits.allowed + 1) emit('bad_credentials_flood', { traceId, address, count });
    return count > limits.allowed;
  };

  return (check: AuthenticationCheck): Middleware =>
    async (ctx, next) => {
      try {
        await check(ctx);
      } catch (error) {
        if (errorCodeOf(error) !== undefined && isOverLimit(ctx)) await delayInTurn();
        throw error;
      }
      return next();
    };
};

/** Delays calls so that `perSecond` of them return; beyond `maxWaiting` immediately, since more would only use memory. */
const createDelay = ({ perSecond, maxWaitMs, maxWaiting }: ThrottleOptions['limits']): (() => Promise<void>) => {
  let waiting = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (waiting >= maxWaiting) return;
    const now = performance.now();
    const waitMs = Math.min(maxWaitMs, Math.max(0, nextAt - now));
    nextAt = now + waitMs + 1000 / perSecond;
    waiting += 1;
    await delay(waitMs);
    waiting -= 1;
  };
};
