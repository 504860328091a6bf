import type { IncomingMessage } from 'node:http';
import { AmbiguousTicketError, presentedTicket } from '../protocol/presented-ticket.ts';
import { newTraceId, traceIdOf } from '../protocol/trace-id.ts';
import { isTicket } from '../tickets/ticket.ts';
import type { EventListener } from './events.ts';
import type { GatewayOptions } from './options.ts';
import { type Handshake, Misconfigured, type Redeemer, type RedeemResult } from './redeemer.ts';
import { type RefusalReason, UpgradeRefused } from './refused.ts';
import { reportVerdict } from './report-verdict.ts';
import { carriersOf, stripTicket } from './strip-ticket.ts';
import type { Attempt, Refused, Verdict } from './verdict.ts';

export interface AuthenticationOptions {
  readonly redeemer: Pick<Redeemer, 'redeem'>;
  readonly audience: GatewayOptions['audience'];
  readonly maxPending: number;
  readonly report: EventListener;
}

/** Never rejects: whatever is thrown on the way is a refusal. */
export type Authenticate = (request: IncomingMessage) => Promise<Verdict>;

type Presented =
  | { readonly outcome: 'presented'; readonly handshake: Handshake; readonly protocols: readonly string[] }
  | Refused;

// No ticket is bound to anything longer.
const MAX_AUDIENCE_CHARACTERS = 128;
const MAX_ORIGIN_CHARACTERS = 512;

export const createAuthentication = (options: AuthenticationOptions): Authenticate => {
  const { redeemer, audience, maxPending, report } = options;
  const redeem = limitPending(redeemer, maxPending);

  const judge = async (request: IncomingMessage, attempt: Attempt): Promise<Verdict> => {
    const presented = present(request, attempt, audience);
    if (presented.outcome === 'refused') return presented;
    const { handshake, protocols } = presented;
    const result = await redeem(handshake, attempt);
    if (result.outcome === 'refused') return refused(result.refusal);
    if (result.outcome !== 'redeemed') throw new TypeError('the redeem has no outcome');
    return { outcome: 'admitted', admission: { ...result.identity, traceId: attempt.traceId, protocols } };
  };

  return async (request) => {
    const attempt: Attempt = { traceId: newTraceId(), redeemSent: false, startedAt: performance.now() };
    const verdict = await judge(request, attempt).catch((cause: unknown) => failed(attempt, cause));
    reportVerdict(verdict, attempt, report);
    return verdict;
  };
};

/** Reads the handshake and takes the ticket out of the request; refuses what no ticket can fit, without a redeem. */
const present = (request: IncomingMessage, attempt: Attempt, audience: GatewayOptions['audience']): Presented => {
  attempt.traceId = traceIdOf(request.headers);
  const { traceId } = attempt;
  const ticket = ticketOf(request);
  attempt.ticket = typeof ticket === 'string' ? ticket : undefined;
  const protocols = stripTicket(request);
  if (ticket === undefined) return refused(new UpgradeRefused('WS_TICKET_MISSING', { traceId }));
  if (typeof ticket !== 'string') return notRedeemable('malformed', traceId, ticket);
  const handshake = { ticket, audience: audienceOf(request, audience), origin: request.headers.origin, traceId };
  const misfit = misfitOf(handshake);
  return misfit === undefined ? { outcome: 'presented', handshake, protocols } : notRedeemable(misfit, traceId);
};

const ticketOf = (request: IncomingMessage): string | AmbiguousTicketError | undefined => {
  try {
    return presentedTicket(carriersOf(request));
  } catch (error) {
    if (error instanceof AmbiguousTicketError) return error;
    throw error;
  }
};

const audienceOf = (request: IncomingMessage, audience: GatewayOptions['audience']): string | undefined => {
  const found: unknown = (typeof audience === 'function' ? audience(request) : audience) ?? undefined;
  if (found === undefined || typeof found === 'string') return found;
  throw new Misconfigured('audience: the function must return a string or undefined');
};

const misfitOf = ({ ticket, audience = '', origin = '' }: Handshake): RefusalReason | undefined => {
  if (!isTicket(ticket)) return 'malformed';
  if (audience.length > MAX_AUDIENCE_CHARACTERS) return 'audience';
  return origin.length > MAX_ORIGIN_CHARACTERS ? 'origin' : undefined;
};

const limitPending = ({ redeem }: Pick<Redeemer, 'redeem'>, maxPending: number) => {
  let pending = 0;
  return async (handshake: Handshake, attempt: Attempt): Promise<RedeemResult> => {
    if (pending >= maxPending) return tooMany(pending, handshake);
    pending += 1;
    attempt.redeemSent = true;
    try {
      return await redeem(handshake);
    } finally {
      pending -= 1;
    }
  };
};

const tooMany = (pending: number, { traceId }: Handshake): Refused => {
  const cause = new Error(`${pending} redeems are under way`);
  return refused(new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', { traceId, cause }));
};

const notRedeemable = (reason: RefusalReason, traceId: string, cause?: unknown): Refused =>
  refused(new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId, reason, cause }));

// Once a redeem was sent, the ticket may be spent, whatever failed.
const failed = ({ traceId, redeemSent }: Attempt, cause: unknown): Refused =>
  refused(
    new UpgradeRefused(redeemSent ? 'WS_TICKET_OUTCOME_UNKNOWN' : 'WS_TICKET_REDIS_NOT_READY', { traceId, cause }),
  );

const refused = (refusal: UpgradeRefused): Refused => ({ outcome: 'refused', refusal });
