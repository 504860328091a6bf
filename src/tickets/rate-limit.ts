import type { RateLimit } from '../config/parsers.ts';
import { RequestError } from '../protocol/request-error.ts';
import type { TicketStore } from './store.ts';

export interface RateLimiterOptions {
  readonly limit: RateLimit;
  readonly store: Pick<TicketStore, 'count'>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Both refuse with `WS_TICKET_RATE_LIMITED` and the seconds until the next ticket is allowed. */
export interface RateLimiter {
  /** Refuses, without asking the store, a key that is known to have used the limit up. */
  demandRoom(key: string): void;
  /** Counts a ticket under `key` and refuses it where it is beyond the limit. */
  count(key: string): Promise<void>;
}

// Beyond it the store is asked again, which knows as well.
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

  return {
    demandRoom: (key) => {
      const leftMs = (usedUpUntil.get(key) ?? 0) - now();
      if (leftMs > 0) throw refusal(limit, leftMs);
    },
    count: async (key) => {
      const { count, endsInMs } = await store.count(key, limit.seconds * 1000);
      if (count >= limit.tickets) remember(key, endsInMs);
      if (count > limit.tickets) throw refusal(limit, endsInMs);
    },
  };
};

const refusal = ({ tickets, seconds }: RateLimit, leftMs: number): RequestError =>
  new RequestError('WS_TICKET_RATE_LIMITED', `At most ${tickets} tickets in ${seconds} seconds`, {
    retryAfter: Math.max(1, Math.ceil(leftMs / 1000)),
  });
