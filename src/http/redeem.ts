import { RequestError } from '../errors/request-error.ts';
import type { Emit } from '../log/events.ts';
import type { TicketRecord } from '../tickets/payload.ts';
import type { Presentation, RedeemTicket, Redemption } from '../tickets/redeem.ts';
import type { Context } from './context.ts';
import { since } from './request-event.ts';

export interface RedeemOptions {
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
  /** By which way the ticket came, for the log. */
  readonly via: string;
}

/** Redeems for one request and tells what came of it; a refusal is `WS_TICKET_NOT_REDEEMABLE`, whatever its reason. */
export const redeemFor = async (
  ctx: Context,
  { redeem, emit, via }: RedeemOptions,
  presentation: Presentation,
): Promise<TicketRecord> => {
  const startedAt = performance.now();
  const redemption = await redeem(presentation);
  const how = { traceId: ctx.state.traceId, via, durationMs: since(startedAt) };
  if (redemption.outcome === 'redeemed') {
    emit('ws_ticket_redeemed', { ...how, ...aboutOf(redemption), ticketId: redemption.ticketId });
    return redemption.record;
  }
  emit('ws_ticket_rejected', { ...how, ...aboutOf(redemption), reason: redemption.reason });
  throw new RequestError('WS_TICKET_NOT_REDEEMABLE', 'The ticket cannot be redeemed');
};

const aboutOf = ({ ticketId, record }: Partial<Pick<Redemption, 'ticketId' | 'record'>>) => ({
  ticketId,
  subject: record?.subject,
  sessionId: record?.sessionId,
  issueTraceId: record?.traceId,
});
