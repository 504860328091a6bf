import { isRequestError } from '../errors/request-error.ts';
import { type Emit, events } from '../log/events.ts';
import { scrub } from '../log/scrub.ts';
import { within } from '../redis/within.ts';
import { sessionExpiresIn } from '../tickets/lifetime.ts';
import type { TicketRecord } from '../tickets/payload.ts';
import type { Redemption } from '../tickets/redeem.ts';
import type { ConnectionEvent, Tell } from './events.ts';
import type { RedisOptions } from './options.ts';
import { type Handshake, type Identity, Misconfigured, type Redeemer } from './redeemer.ts';
import { readAccess } from './redis-access.ts';
import type { RedisTickets } from './redis-tickets.ts';
import { UpgradeRefused } from './refused.ts';

/** Redeems with ticketd's own code on a connection to its Redis. */
export const redeemFromRedis = (options: RedisOptions, timeoutMs: number, tell: Tell): Redeemer => {
  let started: Promise<void> | undefined;
  let tickets: RedisTickets | undefined;
  let closed = false;

  const start = async (): Promise<void> => {
    const access = await readAccess(options);
    // ioredis is loaded by those who redeem this way alone.
    const { openRedisTickets } = await import('./redis-tickets.ts');
    if (closed) throw new Error('the gateway was closed');
    tickets = openRedisTickets(access, emitTo(tell));
    await tickets.start();
  };

  const redemptionOf = async ({ traceId, ...presented }: Handshake): Promise<Redemption> => {
    if (tickets === undefined) throw new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', { traceId, cause: notStarted() });
    const presentation = { ...presented, origin: presented.origin ?? null };
    return within(timeoutMs, tickets.redeem(presentation)).catch((error) => {
      throw failed(error, traceId);
    });
  };

  return {
    via: 'redis',
    start: () => {
      started ??= start();
      return started;
    },
    isReady: () => tickets?.isReady() ?? false,
    redeem: async (handshake) => {
      const redemption = await redemptionOf(handshake);
      if (redemption.outcome === 'redeemed') return identityOf(redemption.record);
      const { reason } = redemption;
      throw new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId: handshake.traceId, reason });
    },
    close: async () => {
      closed = true;
      await tickets?.close();
    },
  };
};

const identityOf = (record: TicketRecord): Identity => ({
  issuer: record.issuer,
  subject: record.subject,
  sessionId: record.sessionId,
  audience: record.audience,
  channel: record.channel,
  issuedAt: new Date(record.issuedAt),
  sessionExpiresAt: new Date(record.expiresAt),
  sessionExpiresIn: sessionExpiresIn(record),
});

// Whatever else went wrong may have done so after the ticket was taken.
const failed = (error: unknown, traceId: string): UpgradeRefused => {
  const untouched = isRequestError(error) && error.code === 'WS_TICKET_REDIS_NOT_READY';
  const cause = isRequestError(error) ? (error.cause ?? error) : error;
  return new UpgradeRefused(untouched ? error.code : 'WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause });
};

const notStarted = (): Error => new Misconfigured('not connected to Redis: call start() first');

/** Passes on what the connection tells. */
const emitTo =
  (tell: Tell): Emit =>
  (event, fields) => {
    const { level } = events[event];
    const clean = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? scrub(value) : value,
    ]);
    if (isOfConnection(event)) tell({ ...Object.fromEntries(clean), event, level });
  };

const isOfConnection = (event: string): event is ConnectionEvent => event in OF_CONNECTION;

const OF_CONNECTION: Readonly<Record<ConnectionEvent, true>> = {
  redis_connect_start: true,
  redis_connect_ok: true,
  redis_connect_fail: true,
  redis_down: true,
  redis_up: true,
};
