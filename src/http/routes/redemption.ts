import type { Emit, EventFields } from '../../log/events.ts';
import type { TicketRecord } from '../../tickets/record.ts';
import type { Presentation, RedeemTicket, Redemption } from '../../tickets/redeem.ts';
import { since } from '../../time/since.ts';
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
): Promise<TicketRecord> => {
  const startedAt = performance.now();
  const redemption = await options.redeem(presentation);
  const fields = { ...fieldsOf(redemption), durationMs: since(startedAt) };
  if (redemption.outcome !== 'redeemed') throw refusal(ctx, options, { ...fields, reason: redemption.reason });
  const { emit, via } = options;
  emit('ws_ticket_redeemed', { ...fields, ...requestFields(ctx), via, ticketId: redemption.ticketId });
  return redemption.record;
};

/** Logs a request whose ticket cannot be read, with the reason in `cause`; returns the error to throw. */
export const unreadable = (ctx: Context, options: RedeemOptions, cause: Error): RequestError =>
  refusal(ctx, options, { reason: 'malformed', durationMs: 0 }, cause);

const refusal = (
  ctx: Context,
  { emit, via }: RedeemOptions,
  fields: Omit<EventFields<'ws_ticket_rejected'>, 'traceId' | 'via'>,
  cause?: Error,
): RequestError => {
  emit('ws_ticket_rejected', { ...fields, ...requestFields(ctx), via });
  return new RequestError('WS_TICKET_NOT_REDEEMABLE', undefined, { cause });
};

const requestFields = ({ state: { traceId, address } }: Context) => ({ traceId, address });

const fieldsOf = ({ ticketId, record }: Partial<Pick<Redemption, 'ticketId' | 'record'>>) => ({
  ticketId,
  subject: record?.subject,
  sessionId: record?.sessionId,
  issueTraceId: record?.traceId,
});
