import type { Emit } from '../../log/events.ts';
import type { Presentation } from '../../tickets/presentation.ts';
import type { Redeemed, RedeemTicket, Redemption, Rejection } from '../../tickets/redeem.ts';
import { since } from '../../time/clock.ts';
import type { Context } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';

export interface RedeemOptions {
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
  /** How the ticket was presented, for the log. */
  readonly via: string;
}

/** Redeems for one request; a refusal is `WS_TICKET_NOT_REDEEMABLE`, whatever its reason. */
export const redeemOrRefuse = async (
  ctx: Context,
  options: RedeemOptions,
  presentation: Presentation,
): Promise<Redeemed> => {
  const redemption = await redeemAndLog(ctx, options, presentation);
  if (redemption.outcome === 'redeemed') return redemption;
  throw new RequestError('WS_TICKET_NOT_REDEEMABLE');
};

/** Redeems for one request and logs the result. */
export const redeemAndLog = async (
  ctx: Context,
  options: RedeemOptions,
  presentation: Presentation,
): Promise<Redemption> => {
  const startedAt = performance.now();
  const redemption = await options.redeem(presentation);
  const durationMs = since(startedAt);
  if (redemption.outcome === 'redeemed') logRedemption(ctx, options, redemption, durationMs);
  else logRejection(ctx, options, redemption, durationMs);
  return redemption;
};

const logRedemption = (
  { state: { traceId, address } }: Context,
  { emit, via }: RedeemOptions,
  { ticketId, record }: Redeemed,
  durationMs: number,
): void => {
  const { subject, sessionId, traceId: issueTraceId } = record;
  emit('ws_ticket_redeemed', { traceId, address, sessionId, subject, ticketId, via, issueTraceId, durationMs });
};

/** Logs a request whose ticket cannot be read, with the reason in `cause`; returns the error to throw. */
export const unreadable = (ctx: Context, options: RedeemOptions, cause: Error): RequestError => {
  logRejection(ctx, options, { reason: 'malformed' }, 0);
  return new RequestError('WS_TICKET_NOT_REDEEMABLE', undefined, { cause });
};

const logRejection = (
  { state: { traceId, address } }: Context,
  { emit, via }: RedeemOptions,
  { reason, ticketId, record }: Omit<Rejection, 'outcome'>,
  durationMs: number,
): void => {
  const who = { subject: record?.subject, sessionId: record?.sessionId, issueTraceId: record?.traceId };
  emit('ws_ticket_rejected', { traceId, address, ...who, ticketId, via, reason, durationMs });
};
