import type { Emit } from '../log/events.ts';
import { createRedisConnection } from '../redis/connection.ts';
import type { RedisAccess } from '../redis/options.ts';
import { createRedisRevocationLog } from '../redis/revocation-log.ts';
import { createRedisStore } from '../redis/ticket-store.ts';
import { InterruptedError } from '../startup/errors.ts';
import { createRedeemer, type RedeemTicket } from '../tickets/redeem.ts';
import type { RevocationLog } from '../tickets/revocation-log.ts';

/** The part of ticketd that redeems, within this process. */
export interface RedisTickets {
  readonly redeem: RedeemTicket;
  readonly revocations: RevocationLog;
  /** Resolves when Redis takes writes; rejects after the start-up time limit, and keeps retrying. */
  start(): Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
}

/** In a file of its own, since it loads ioredis. */
export const openRedisTickets = (access: RedisAccess, emit: Emit): RedisTickets => {
  const { keyPrefix, startupTimeoutMs } = access.redis;
  const connection = createRedisConnection({ ...access, emit });
  const revocations = createRedisRevocationLog({ access, connection, retentionSeconds: 0, emit });
  const starting = new AbortController();
  return {
    redeem: createRedeemer({ store: createRedisStore({ connection, keyPrefix }), log: revocations }),
    revocations,
    start: async () => {
      revocations.start();
      // Not AbortSignal.any() with a timeout of its own, which may be collected before it fires (nodejs/node#57736).
      const timer = setTimeout(() => starting.abort(new Error('Redis was not ready in time')), startupTimeoutMs);
      await connection.start(starting.signal).finally(() => clearTimeout(timer));
    },
    isReady: connection.isReady,
    close: () => {
      starting.abort(new InterruptedError('the gateway was closed'));
      revocations.close();
      return connection.close();
    },
  };
};
