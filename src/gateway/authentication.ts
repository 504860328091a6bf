import { describeError, readSafely } from '../log/describe-error.ts';
import { scrub } from '../protocol/redact.ts';
import { newTraceId } from '../protocol/trace-id.ts';
import { digestOf, isTicket, ticketIdOf } from '../tickets/ticket.ts';
import type { Verdict } from './admission.ts';
import type { EventListener, GatewayEvent } from './events.ts';
import { type GatewayRequest, type HandshakeContext, type Presented, readHandshake, readTicket } from './handshake.ts';
import { MisconfigurationError } from './misconfiguration-error.ts';
import type { GatewayOptions } from './options.ts';
import type { PresentedBy, Redeemer, RedeemRequest, RedeemResult } from './redeemer.ts';
import { type Refused, refuse, type UpgradeRefused } from './refusal.ts';

export interface AuthenticationOptions {
  readonly redeemer: Pick<Redeemer, 'redeem'>;
  readonly audience: GatewayOptions['audience'];
  readonly maxPending: number;
  readonly report: EventListener;
}

/** Decides, and reports each decision. Neither rejects: whatever is thrown on the way is a refusal. */
export interface Authentication {
  /** By the ticket in a handshake or another request, for the audience of the gateway. */
  ofRequest(request: GatewayRequest): Promise<Verdict>;
  /** By a ticket that came in another way, such as a first message. */
  ofTicket(ticket: unknown, presented: PresentedBy): Promise<Verdict>;
}

export const createAuthentication = (options: AuthenticationOptions): Authentication => {
  const { redeemer, audience, maxPending, report } = options;
  const redeem = limitPending(redeemer, maxPending);

  const admit = async (presented: Presented, context: HandshakeContext): Promise<Verdict> => {
    if (presented.outcome === 'refused') return presented;
    const result = await redeem(presented.request, context);
    if (result.outcome === 'refused') return result;
    // Untyped code may redeem: only an explicit `redeemed` admits.
    if (result.outcome !== 'redeemed') throw new TypeError('the redeem has no outcome');
    const { traceId } = context;
    return { outcome: 'admitted', admission: { ...result.identity, traceId, protocols: presented.protocols } };
  };

  const decide = async (read: (context: HandshakeContext) => Presented): Promise<Verdict> => {
    const context: HandshakeContext = { traceId: newTraceId(), redeemSent: false, startedAt: performance.now() };
    const verdict = await new Promise<Verdict>((resolve) => resolve(admit(read(context), context))).catch(
      (cause: unknown) => refuseFailed(context, cause),
    );
    report(eventOf(verdict, context));
    return verdict;
  };

  return {
    ofRequest: (request) => decide((context) => readHandshake(request, context, audience)),
    ofTicket: (ticket, presentedBy) => decide((context) => readTicket(ticket, context, presentedBy)),
  };
};

const limitPending = ({ redeem }: Pick<Redeemer, 'redeem'>, maxPending: number) => {
  let pending = 0;
  return async (request: RedeemRequest, context: HandshakeContext): Promise<RedeemResult> => {
    if (pending >= maxPending) return refuseTooMany(pending, request);
    pending += 1;
    context.redeemSent = true;
    try {
      return await redeem(request);
    } finally {
      pending -= 1;
    }
  };
};

const refuseTooMany = (pending: number, { traceId }: RedeemRequest): Refused =>
  refuse('WS_TICKET_REDIS_NOT_READY', { traceId, cause: new Error(`${pending} redeems are in flight`) });

// Once a redeem was sent, the ticket may be spent, whatever failed.
const refuseFailed = ({ traceId, redeemSent }: HandshakeContext, cause: unknown): Refused =>
  refuse(redeemSent ? 'WS_TICKET_OUTCOME_UNKNOWN' : 'WS_TICKET_REDIS_NOT_READY', { traceId, cause });

const eventOf = (verdict: Verdict, context: HandshakeContext): GatewayEvent => {
  if (verdict.outcome !== 'admitted') return refusalEvent(verdict.refusal, context);
  const { subject, sessionId } = verdict.admission;
  return { event: 'upgrade_admitted', level: 'info', ...fieldsOf(context), subject, sessionId };
};

const refusalEvent = (
  { status, errorCode, reason, cause }: UpgradeRefused,
  context: HandshakeContext,
): GatewayEvent => {
  const fields = { ...fieldsOf(context), errorCode };
  if (status !== 503) return { event: 'upgrade_refused', level: 'warn', ...fields, reason };
  const event = isMisconfiguration(cause) ? 'gateway_misconfigured' : 'redeem_failed';
  return { event, level: 'error', ...fields, error: scrub(describeError(cause).error) };
};

const isMisconfiguration = (cause: unknown): boolean => readSafely(() => cause instanceof MisconfigurationError, false);

const fieldsOf = ({ traceId, ticket, startedAt }: HandshakeContext) => ({
  traceId,
  ticketId: ticket !== undefined && isTicket(ticket) ? ticketIdOf(digestOf(ticket)) : undefined,
  durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
});
