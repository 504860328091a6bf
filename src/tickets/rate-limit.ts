import type { RateLimit } from '../config/parsers.ts';
import { RateLimited } from './errors.ts';
import type { TicketStore } from './store.ts';

export interface RateLimiterOptions {
  readonly limit: RateLimit;
  readonly store: Pick<TicketStore, 'count'>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Both throw `RateLimited` with the seconds until the next ticket is allowed. */
export interface RateLimiter {
  /** Throws for a key that is known to have used up its limit, without asking the store. */
  rejectIfOverLimit(key: string): void;
  /** Counts a ticket under `key`; throws if it is beyond the limit. */
  count(key: string): Promise<void>;
}

// The store is asked about all other keys.
const MAX_REMEMBERED = 10_000;

export const createRateLimiter = (options: RateLimiterOptions): RateLimiter => {
  const { limit, store, now = () => performance.now() } = options;
  const usedUpUntil = new Map<string, number>();

  const remember = (key: string, endsInMs: number): void => {
    usedUpUntil.delete(key);
    const [oldest] = usedUpUntil.keys();
    if (usedUpUntil.size >= MAX_REMEMBERED && oldest !== undefined) usedUpUntil.delete(oldest);
    usedUpUntil.set(key, now() + endsInMs);
  };

  const rateLimited = (retryInMs: number) =>
    new RateLimited(`${limit.tickets} tickets in ${limit.seconds} seconds`, retryInMs);

  return {
    rejectIfOverLimit: (key) => {
      const leftMs = (usedUpUntil.get(key) ?? 0) - now();
      if (leftMs > 0) throw rateLimited(leftMs);
    },
    count: async (key) => {
      const { count, endsInMs } = await store.count(key, limit.seconds * 1000);
      if (count >= limit.tickets) remember(key, endsInMs);
      if (count > limit.tickets) throw rateLimited(endsInMs);
    },
  };
};
