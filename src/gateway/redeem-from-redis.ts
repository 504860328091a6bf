import { readSections } from '../config/read-config.ts';
import { isDomainError } from '../protocol/domain-error.ts';
import { domainErrorCodes } from '../protocol/errors.ts';
import type { RedisAccess } from '../redis/options.ts';
import type { Redeemed, Redemption } from '../tickets/redeem.ts';
import { revocationKeysOf } from '../tickets/revocation-keys.ts';
import { sessionExpiresIn } from '../tickets/session-expiry.ts';
import { within } from '../time/timeouts.ts';
import { reportConnection } from './connection-report.ts';
import type { EventListener } from './events.ts';
import { MisconfigurationError } from './misconfiguration-error.ts';
import { type RedisOptions, redisVariables } from './options.ts';
import { outageCodeOf } from './outage-codes.ts';
import type { Identity, Redeemer, RedeemRequest, RedeemResult } from './redeemer.ts';
import type { RedisTickets } from './redis-tickets.ts';
import { type Refused, refuse } from './refusal.ts';
import { revocationsFromRedis } from './revocations-from-redis.ts';

/** Redeems with ticketd's own code on a connection to its Redis. */
export const redeemFromRedis = (options: RedisOptions, timeoutMs: number, report: EventListener): Redeemer => {
  let started: Promise<void> | undefined;
  let tickets: RedisTickets | undefined;
  let closed = false;

  const start = async (): Promise<void> => {
    const access = await readAccess(options);
    // Only gateways that redeem from Redis load ioredis.
    const { openRedisTickets } = await import('./redis-tickets.ts');
    if (closed) throw new Error('the gateway was closed');
    tickets = openRedisTickets(access, reportConnection(report));
    await tickets.start();
  };

  const redeem = async ({ traceId, ...request }: RedeemRequest): Promise<RedeemResult> => {
    if (tickets === undefined) return refuse('WS_TICKET_REDIS_NOT_READY', { traceId, cause: notStartedError() });
    const { redeem } = tickets;
    return within(timeoutMs, () => redeem({ ...request, origin: request.origin ?? null })).then(
      (redemption) => resultOf(redemption, traceId),
      (error) => refuseFailed(error, traceId),
    );
  };

  return {
    start: () => {
      started ??= start().catch((error) => {
        // Without a connection nothing retries: the next call does.
        if (tickets === undefined) started = undefined;
        throw error;
      });
      return started;
    },
    isReady: () => tickets?.isReady() ?? false,
    redeem,
    revocations: revocationsFromRedis(() => tickets?.revocations),
    close: async () => {
      closed = true;
      await tickets?.close();
    },
  };
};

/** Reads the options by the rules of ticketd's own configuration; rejects with `ConfigError`. */
export const readAccess = async (options: RedisOptions): Promise<RedisAccess> => {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  const variables = set.map(([key, value]) => [redisVariables[key as keyof RedisOptions].name, String(value)]);
  const { redis } = await readSections(['redis'], Object.fromEntries(variables));
  const { target } = redis;
  if (target.kind === 'memory')
    throw new MisconfigurationError('memory:// is a store inside ticketd: redeem over HTTP');
  return { target, redis };
};

const notStartedError = (): Error => new MisconfigurationError('not connected to Redis: call start() first');

const resultOf = (redemption: Redemption, traceId: string): RedeemResult => {
  if (redemption.outcome === 'redeemed') return { outcome: 'redeemed', identity: identityOf(redemption) };
  return refuse('WS_TICKET_NOT_REDEEMABLE', { traceId, reason: redemption.reason });
};

/** The client of a redeemed ticket. */
export const identityOf = ({ record, revocationPosition }: Redeemed, now?: number): Identity => ({
  issuer: record.issuer,
  subject: record.subject,
  sessionId: record.sessionId,
  audience: record.audience,
  channel: record.channel,
  claims: record.claims,
  issuedAt: new Date(record.issuedAt),
  sessionExpiresAt: new Date(record.expiresAt),
  sessionExpiresIn: sessionExpiresIn(record, now),
  revocationKeys: revocationKeysOf(record),
  revocationPosition,
});

// Any other failure may have happened after the ticket was taken.
const refuseFailed = (error: unknown, traceId: string): Refused => {
  if (!isDomainError(error)) return refuse('WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause: error });
  const code = outageCodeOf(domainErrorCodes[error.name]) ?? 'WS_TICKET_OUTCOME_UNKNOWN';
  return refuse(code, { traceId, cause: error.cause ?? error });
};
