import type { Emit, EventFields } from '../../log/events.ts';
import type { TicketRecord } from '../../tickets/record.ts';
import type { Presentation, RedeemTicket, Redemption } from '../../tickets/redeem.ts';
import { since } from '../../time/since.ts';
import type { Context } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';

export interface RedeemOptions {
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
  /** By which way the ticket came, for the log. */
  readonly via: string;
}

/** Redeems for one request and tells what came of it; a refusal is `WS_TICKET_NOT_REDEEMABLE`, whatever its reason. */
export const redeemFor = async (
  ctx: Context,
  options: RedeemOptions,
  presentation: Presentation,
): Promise<TicketRecord> => {
  const startedAt = performance.now();
  const redemption = await options.redeem(presentation);
  const about = { ...aboutOf(redemption), durationMs: since(startedAt) };
  if (redemption.outcome !== 'redeemed') throw refusal(ctx, options, { ...about, reason: redemption.reason });
  const { emit, via } = options;
  emit('ws_ticket_redeemed', { ...about, ...whenceOf(ctx), via, ticketId: redemption.ticketId });
  return redemption.record;
};

/** Tells of a request that no one ticket can be read from, for the reason in `cause`; gives what to throw. */
export const unreadable = (ctx: Context, options: RedeemOptions, cause: Error): RequestError =>
  refusal(ctx, options, { reason: 'malformed', durationMs: 0 }, cause);

const refusal = (
  ctx: Context,
  { emit, via }: RedeemOptions,
  about: Omit<EventFields<'ws_ticket_rejected'>, 'traceId' | 'via'>,
  cause?: Error,
): RequestError => {
  emit('ws_ticket_rejected', { ...about, ...whenceOf(ctx), via });
  return new RequestError('WS_TICKET_NOT_REDEEMABLE', undefined, { cause });
};

const whenceOf = ({ state: { traceId, address } }: Context) => ({ traceId, address });

const aboutOf = ({ ticketId, record }: Partial<Pick<Redemption, 'ticketId' | 'record'>>) => ({
  ticketId,
  subject: record?.subject,
  sessionId: record?.sessionId,
  issueTraceId: record?.traceId,
});
