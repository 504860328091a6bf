import type { IncomingMessage } from 'node:http';
import { traceIdOf } from '../log/trace-id.ts';
import { presentedTicket } from '../tickets/presented-ticket.ts';
import { isTicket } from '../tickets/ticket.ts';
import type { Tell } from './events.ts';
import type { GatewayOptions } from './options.ts';
import type { Handshake, Identity, Redeemer } from './redeemer.ts';
import { type RefusalReason, UpgradeRefused } from './refused.ts';
import { carriersOf, stripTicket } from './strip-ticket.ts';
import { tellAdmitted, tellRefused } from './tell-upgrade.ts';

/** A client that may come in. */
export interface Admission extends Identity {
  /** The handshake's, where it brought one; with it the log of ticketd tells of the same redeem. */
  readonly traceId: string;
  /** The subprotocols that the client offers, without the ticket. */
  readonly protocols: readonly string[];
}

export interface AuthenticationOptions {
  readonly redeemer: Redeemer;
  readonly audience: GatewayOptions['audience'];
  readonly maxPending: number;
  readonly tell: Tell;
}

export type AuthenticateUpgrade = (request: IncomingMessage) => Promise<Admission>;

// No ticket is bound to anything longer.
const MAX_AUDIENCE_CHARACTERS = 128;
const MAX_ORIGIN_CHARACTERS = 512;

export const createAuthentication = (options: AuthenticationOptions): AuthenticateUpgrade => {
  const { redeemer, audience, maxPending, tell } = options;
  const redeem = bounded(redeemer, maxPending);
  const audienceOf = (request: IncomingMessage) =>
    (typeof audience === 'function' ? audience(request) : audience) ?? undefined;

  return async (request) => {
    const startedAt = performance.now();
    const traceId = traceIdOf(request.headers);
    const presented = presentedBy(request, traceId);
    const protocols = stripTicket(request);
    const upgrade = { traceId, ticket: presented.ticket, startedAt };
    try {
      const ticket = demandTicket(presented, traceId);
      const { origin } = request.headers;
      const identity = await redeem(demandFit({ ticket, audience: audienceOf(request), origin, traceId }));
      tellAdmitted(identity, upgrade, tell);
      return { ...identity, traceId, protocols };
    } catch (error) {
      const refusal = asRefusal(error, traceId);
      tellRefused(refusal, upgrade, tell);
      throw refusal;
    }
  };
};

const bounded = (redeemer: Redeemer, maxPending: number) => {
  let pending = 0;
  return async (handshake: Handshake): Promise<Identity> => {
    if (pending >= maxPending) throw tooMany(pending, handshake);
    pending += 1;
    try {
      return await redeemer.redeem(handshake);
    } finally {
      pending -= 1;
    }
  };
};

const tooMany = (pending: number, { traceId }: Handshake): UpgradeRefused =>
  new UpgradeRefused('WS_TICKET_REDIS_NOT_READY', { traceId, cause: new Error(`${pending} redeems are under way`) });

interface Presented {
  readonly ticket?: string | undefined;
  readonly refusal?: UpgradeRefused;
}

const presentedBy = (request: IncomingMessage, traceId: string): Presented => {
  try {
    return { ticket: presentedTicket(carriersOf(request)) };
  } catch (cause) {
    return { refusal: notRedeemable('malformed', traceId, cause) };
  }
};

const demandTicket = ({ ticket, refusal }: Presented, traceId: string): string => {
  if (refusal !== undefined) throw refusal;
  if (ticket === undefined) throw new UpgradeRefused('WS_TICKET_MISSING', { traceId });
  return ticket;
};

/** Refuses what no ticket can fit, without asking anybody. */
const demandFit = (handshake: Handshake): Handshake => {
  const { ticket, audience = '', origin = '', traceId } = handshake;
  if (!isTicket(ticket)) throw notRedeemable('malformed', traceId);
  if (audience.length > MAX_AUDIENCE_CHARACTERS) throw notRedeemable('audience', traceId);
  if (origin.length > MAX_ORIGIN_CHARACTERS) throw notRedeemable('origin', traceId);
  return handshake;
};

const notRedeemable = (reason: RefusalReason, traceId: string, cause?: unknown): UpgradeRefused =>
  new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId, reason, cause });

// Whatever it is, the ticket may have been taken before it.
const asRefusal = (error: unknown, traceId: string): UpgradeRefused =>
  error instanceof UpgradeRefused ? error : new UpgradeRefused('WS_TICKET_OUTCOME_UNKNOWN', { traceId, cause: error });
