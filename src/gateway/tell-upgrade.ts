import { describeError } from '../errors/describe-error.ts';
import { scrub } from '../log/scrub.ts';
import { digestOf, isTicket, ticketIdOf } from '../tickets/ticket.ts';
import type { Tell } from './events.ts';
import { type Identity, Misconfigured } from './redeemer.ts';
import type { UpgradeRefused } from './refused.ts';

/** One handshake, for what is told of it. */
export interface Upgrade {
  readonly traceId: string;
  readonly ticket: string | undefined;
  readonly startedAt: number;
}

export const tellAdmitted = ({ subject, sessionId }: Identity, upgrade: Upgrade, tell: Tell): void =>
  tell({ event: 'upgrade_admitted', level: 'info', ...about(upgrade), subject, sessionId });

export const tellRefused = (refusal: UpgradeRefused, upgrade: Upgrade, tell: Tell): void => {
  const told = { ...about(upgrade), errorCode: refusal.errorCode };
  if (refusal.status !== 503) tell({ event: 'upgrade_refused', level: 'warn', ...told, reason: refusal.reason });
  else tell({ event: eventOf(refusal), level: 'error', ...told, error: scrub(describeError(refusal.cause).error) });
};

const eventOf = ({ cause }: UpgradeRefused) =>
  cause instanceof Misconfigured ? 'gateway_misconfigured' : 'redeem_failed';

const about = ({ traceId, ticket, startedAt }: Upgrade) => ({
  traceId,
  ticketId: ticket !== undefined && isTicket(ticket) ? ticketIdOf(digestOf(ticket)) : undefined,
  durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
});
