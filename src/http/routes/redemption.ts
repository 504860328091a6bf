import type { Emit } from '../../log/events.ts';
import type { Presentation, Redeemed, RedeemTicket, Rejection } from '../../tickets/redeem.ts';
import { since } from '../../time/clock.ts';
import type { Context } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';

export interface RedeemOptions {
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
  /** How the ticket was presented, for the log. */
  readonly via: string;
}

/** Redeems for one request and logs the result; a refusal is `WS_TICKET_NOT_REDEEMABLE`, whatever its reason. */
export const redeemFor = async (
  ctx: Context,
  options: RedeemOptions,
  presentation: Presentation,
): Promise<Redeemed> => {
  const startedAt = performance.now();
  const redemption = await options.redeem(presentation);
  const durationMs = since(startedAt);
  if (redemption.outcome !== 'redeemed') {
    logRejection(ctx, options, redemption, durationMs);
    throw new RequestError('WS_TICKET_NOT_REDEEMABLE');
  }
  const { ticketId, record } = redemption;
  const { subject, sessionId, traceId: issueTraceId } = record;
  const { traceId, address } = ctx.state;
  const { emit, via } = options;
  emit('ws_ticket_redeemed', { traceId, address, sessionId, subject, ticketId, via, issueTraceId, durationMs });
  return redemption;
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
