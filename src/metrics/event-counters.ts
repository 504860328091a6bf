import { Counter, type Registry } from 'prom-client';
import { REJECTION_REASONS } from '../auth/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { BACKCHANNEL_LOGOUT_PATH, REVOKE_PATH } from '../protocol/paths.ts';
import { TICKET_REJECT_REASONS } from '../protocol/reject-reason.ts';

const LISTENERS = ['public', 'internal'];

/** A counter for each of these events. They start at 0: in Prometheus a series that starts at 1 shows no increase. */
export const countEvents = (registry: Registry) => {
  const counter = (name: string, help: string) => {
    const events = new Counter({ name, help, registers: [registry] });
    return () => events.inc();
  };
  return {
    ...countShedRequests(registry),
    ws_ticket_issued: counter('ticketd_tickets_issued_total', 'Tickets issued.'),
    ws_ticket_redis_not_ready: counter(
      'ticketd_tickets_refused_redis_not_ready_total',
      'Ticket requests rejected because Redis was not ready.',
    ),
    ws_ticket_outcome_unknown: counter(
      'ticketd_tickets_outcome_unknown_total',
      'Redeems whose Redis reply was lost: the ticket may be spent.',
    ),
    internal_error: counter('ticketd_internal_errors_total', 'Requests that failed with an internal error.'),
    forward_auth_untrusted: counter(
      'ticketd_forward_auth_untrusted_total',
      'Forward-auth requests from addresses outside FORWARD_AUTH_TRUSTED.',
    ),
    ...countRejectedJwts(registry),
    ...countRevocations(registry),
    ...countRedemptions(registry),
  };
};

const countRevocations = (registry: Registry) => {
  const revoked = counterFromZero(registry, 'via', ['user', 'gateway', 'backchannel'], {
    name: 'ticketd_revocations_total',
    help: 'Revocations stored.',
  });
  return { ws_ticket_revoked: ({ via }: { readonly via: string }) => revoked.inc({ via }) };
};

// Logged as are refused tickets: only the route tells them apart.
const REVOKING: readonly string[] = [REVOKE_PATH, BACKCHANNEL_LOGOUT_PATH];
const NOT_READY: ErrorCode = 'WS_TICKET_REDIS_NOT_READY';

interface AnsweredRequest {
  readonly route: string;
  readonly errorCode?: string | undefined;
}

/** Counts the revocations among the requests that Redis failed. Anyone can cause a 503 for an unknown key: it does not count. */
export const countRefusedRevocations = (registry: Registry) => {
  const refused = new Counter({
    name: 'ticketd_revocations_refused_total',
    help: 'Revocations refused because Redis was not ready: nothing is certain to be stored.',
    registers: [registry],
  });
  return ({ route, errorCode }: AnsweredRequest): void => {
    if (errorCode === NOT_READY && REVOKING.includes(route)) refused.inc();
  };
};

const countShedRequests = (registry: Registry) => {
  const shed = counterFromZero(registry, 'listener', LISTENERS, {
    name: 'ticketd_requests_shed_total',
    help: 'Requests rejected before processing because too many were in flight.',
  });
  return { request_shed: ({ listener }: { readonly listener: string }) => shed.inc({ listener }) };
};

const countRejectedJwts = (registry: Registry) => {
  const rejected = counterFromZero(registry, 'reason', REJECTION_REASONS, {
    name: 'ticketd_auth_rejected_total',
    help: 'Requests whose JWT was rejected, or that had none.',
  });
  return { auth_rejected: ({ reason }: { readonly reason: string }) => rejected.inc({ reason }) };
};

/** A counter with one label, which has a series for each of these values from the start. */
const counterFromZero = (
  registry: Registry,
  label: string,
  values: readonly string[],
  description: { readonly name: string; readonly help: string },
): Counter => {
  const counter = new Counter({ ...description, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return counter;
};

interface Redeemed {
  readonly via: string;
}

interface Rejected extends Redeemed {
  readonly reason: string;
}

const countRedemptions = (registry: Registry) => {
  const registers = [registry];
  const redeemed = new Counter({
    name: 'ticketd_tickets_redeemed_total',
    help: 'Tickets redeemed.',
    labelNames: ['via'],
    registers,
  });
  const rejected = new Counter({
    name: 'ticketd_tickets_rejected_total',
    help: 'Tickets rejected.',
    labelNames: ['via', 'reason'],
    registers,
  });
  const known = new Set<string>();
  // The reasons of each `via` start at 0 with its first ticket.
  const startSeries = (via: string) => {
    if (known.has(via)) return;
    known.add(via);
    for (const reason of TICKET_REJECT_REASONS) rejected.inc({ via, reason }, 0);
  };
  return {
    ws_ticket_redeemed: ({ via }: Redeemed) => {
      startSeries(via);
      redeemed.inc({ via });
    },
    ws_ticket_rejected: ({ via, reason }: Rejected) => {
      startSeries(via);
      rejected.inc({ via, reason });
    },
  };
};
