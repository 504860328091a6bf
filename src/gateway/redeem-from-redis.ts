import { type Emit, events } from '../log/events.ts';
import { scrub } from '../protocol/redact.ts';
import { isRequestError } from '../protocol/request-error.ts';
import { sessionExpiresIn } from '../tickets/lifetime.ts';
import type { TicketRecord } from '../tickets/record.ts';
import type { Redemption } from '../tickets/redeem.ts';
import { within } from '../time/within.ts';
import type { ConnectionEvent, EventListener } from './events.ts';
import type { RedisOptions } from './options.ts';
import { type Handshake, type Identity, Misconfigured, type Redeemer, type RedeemResult } from './redeemer.ts';
import { readAccess } from './redis-access.ts';
import type { RedisTickets } from './redis-tickets.ts';
import { UpgradeRefused } from './refused.ts';

/** Redeems with ticketd's own code on a connection to its Redis. */
export const redeemFromRedis = (options: RedisOptions, timeoutMs: number, report: EventListener): Redeemer => {
  let started: Promise<void> | undefined;
  let tickets: RedisTickets | undefined;
  let closed = false;

  const start = async (): Promise<void> => {
    const access = await readAccess(options);
    // ioredis is loaded by those who redeem this way alone.
    const { openRedisTickets } = await import('./redis-tickets.ts');
    if (closed) throw new Error('the gateway was closed');
    tickets = openRedisTickets(access, emitTo(report));
    await tickets.start();
  };

  const redeem = async ({ traceId, ...presented }: Handshake): Promise<RedeemResult> => {
    if (tickets === undefined)
      return refused(new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', { traceId, cause: notStarted() }));
    const { redeem } = tickets;
    return within(timeoutMs, () => redeem({ ...presented, origin: presented.origin ?? null })).then(
      (redemption) => resultOf(redemption, traceId),
      (error) => refused(failed(error, traceId)),
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
    close: async () => {
      closed = true;
      await tickets?.close();
    },
  };
};

const resultOf = (redemption: Redemption, traceId: string): RedeemResult => {
  if (redemption.outcome === 'redeemed') return { outcome: 'redeemed', identity: identityOf(redemption.record) };
  return refused(new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId, reason: redemption.reason }));
};

const refused = (refusal: UpgradeRefused): RedeemResult => ({ outcome: 'refused', refusal });

/** Who a record of ticketd admits. */
export const identityOf = (record: TicketRecord, now?: number): Identity => ({
  issuer: record.issuer,
  subject: record.subject,
  sessionId: record.sessionId,
  audience: record.audience,
  channel: record.channel,
  issuedAt: new Date(record.issuedAt),
  sessionExpiresAt: new Date(record.expiresAt),
  sessionExpiresIn: sessionExpiresIn(record, now),
});

// Whatever else went wrong may have done so after the ticket was taken.
const failed = (error: unknown, traceId: string): UpgradeRefused => {
  const untouched = isRequestError(error) && error.code === 'WS_TICKET_REDIS_NOT_READY';
  const cause = isRequestError(error) ? (error.cause ?? error) : error;
  return new UpgradeRefused(untouched ? error.code : 'WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause });
};

const notStarted = (): Error => new Misconfigured('not connected to Redis: call start() first');

/** Passes on what the connection reports. */
const emitTo =
  (report: EventListener): Emit =>
  (event, fields) => {
    const { level } = events[event];
    const clean = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? scrub(value) : value,
    ]);
    if (isOfConnection(event)) report({ ...Object.fromEntries(clean), event, level });
  };

const isOfConnection = (event: string): event is ConnectionEvent => event in OF_CONNECTION;

const OF_CONNECTION: Readonly<Record<ConnectionEvent, true>> = {
  redis_connect_start: true,
  redis_connect_ok: true,
  redis_connect_fail: true,
  redis_down: true,
  redis_up: true,
};
