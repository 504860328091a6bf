import type { RedisAccess } from './options.ts';
import { createRedactor, hasNoReason, isReply, redisReply } from './redis-errors.ts';

/** The last error that says why Redis cannot be used, without passwords. */
export interface LastError {
  readonly value: unknown;
  /** Replaces the error, unless this one gives no reason and the last one does. */
  record(error: unknown): void;
  clear(): void;
  /** Hides the passwords of this access as well as those of the last one. */
  renew(access: RedisAccess): void;
}

export const createLastError = (access: RedisAccess): LastError => {
  let redactors = [createRedactor(access)];
  const redacted = (error: unknown) => redactors.reduce((rest, redact) => redact(rest), error);
  let last: unknown;
  let fromRedis = false;
  return {
    get value() {
      return last;
    },
    record: (error) => {
      // Redis closes a connection that it refuses: that follows from what it said, and says less.
      if (last !== undefined && hasNoReason(error, { afterReply: fromRedis })) return;
      fromRedis = isReply(error);
      last = redacted(redisReply(error));
    },
    renew: (renewed) => {
      redactors = [createRedactor(renewed), ...redactors.slice(0, 1)];
    },
    clear: () => {
      last = undefined;
      fromRedis = false;
    },
  };
};
