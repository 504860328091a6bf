import { Counter, type Registry } from 'prom-client';

const LISTENERS = ['public', 'internal'];

/** Counters by event. They are there from 0 on: for Prometheus a series that begins at 1 has not risen. */
export const countEvents = (registry: Registry) => {
  const counter = (name: string, help: string) => {
    const events = new Counter({ name, help, registers: [registry] });
    return () => events.inc();
  };
  const shed = new Counter({
    name: 'ticketd_requests_shed_total',
    help: 'Requests refused because too many were under way.',
    labelNames: ['listener'],
    registers: [registry],
  });
  for (const listener of LISTENERS) shed.inc({ listener }, 0);
  return {
    request_shed: ({ listener }: { readonly listener: string }) => shed.inc({ listener }),
    ws_ticket_issued: counter('ticketd_tickets_issued_total', 'Tickets issued.'),
    ws_ticket_redis_not_ready: counter(
      'ticketd_tickets_refused_redis_not_ready_total',
      'Ticket requests refused because Redis was not ready.',
    ),
    ws_ticket_outcome_unknown: counter(
      'ticketd_tickets_outcome_unknown_total',
      'Redeems whose answer from Redis was lost: the ticket may be spent.',
    ),
    internal_error: counter('ticketd_internal_errors_total', 'Requests that met an error of our own.'),
    forward_auth_untrusted: counter(
      'ticketd_forward_auth_untrusted_total',
      'Forward-auth requests from outside FORWARD_AUTH_TRUSTED.',
    ),
  };
};
