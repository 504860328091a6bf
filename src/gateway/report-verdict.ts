import { describeError, readThrown } from '../log/describe-error.ts';
import { scrub } from '../protocol/redact.ts';
import { digestOf, isTicket, ticketIdOf } from '../tickets/ticket.ts';
import type { EventListener } from './events.ts';
import { Misconfigured } from './redeemer.ts';
import type { UpgradeRefused } from './refused.ts';
import type { Admission, Attempt, Verdict } from './verdict.ts';

/** Reports the one event of a handshake's authentication. */
export const reportVerdict = (verdict: Verdict, attempt: Attempt, report: EventListener): void => {
  if (verdict.outcome === 'admitted') reportAdmission(verdict.admission, attempt, report);
  else reportRefusal(verdict.refusal, attempt, report);
};

const reportAdmission = ({ subject, sessionId }: Admission, attempt: Attempt, report: EventListener): void =>
  report({ event: 'upgrade_admitted', level: 'info', ...about(attempt), subject, sessionId });

const reportRefusal = (refusal: UpgradeRefused, attempt: Attempt, report: EventListener): void => {
  const { errorCode, reason, cause } = refusal;
  const reported = { ...about(attempt), errorCode };
  if (refusal.status !== 503) report({ event: 'upgrade_refused', level: 'warn', ...reported, reason });
  else report({ event: eventOf(cause), level: 'error', ...reported, error: scrub(describeError(cause).error) });
};

const eventOf = (cause: unknown) =>
  readThrown(() => cause instanceof Misconfigured, false) ? 'gateway_misconfigured' : 'redeem_failed';

const about = ({ traceId, ticket, startedAt }: Attempt) => ({
  traceId,
  ticketId: ticket !== undefined && isTicket(ticket) ? ticketIdOf(digestOf(ticket)) : undefined,
  durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
});
