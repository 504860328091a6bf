import { Counter, type Registry } from 'prom-client';
import type { RejectReason } from '../tickets/redeem.ts';

const REASONS = ['unknown', 'malformed', 'used', 'revoked', 'audience', 'origin'] satisfies readonly RejectReason[];

interface Redemption {
  readonly via: string;
}

interface Rejection extends Redemption {
  readonly reason: string;
}

/** Counters of what became of presented tickets, by the way they came and the reason they were refused for. */
export const countRedemptions = (registry: Registry) => {
  const registers = [registry];
  const redeemed = new Counter({
    name: 'ticketd_tickets_redeemed_total',
    help: 'Tickets redeemed.',
    labelNames: ['via'],
    registers,
  });
  const rejected = new Counter({
    name: 'ticketd_tickets_rejected_total',
    help: 'Tickets refused.',
    labelNames: ['via', 'reason'],
    registers,
  });
  const known = new Set<string>();
  // For Prometheus a series that begins at 1 has not risen: those of a way begin at 0, with its first ticket.
  const begin = (via: string) => {
    if (known.has(via)) return;
    known.add(via);
    for (const reason of REASONS) rejected.inc({ via, reason }, 0);
  };
  return {
    ws_ticket_redeemed: ({ via }: Redemption) => {
      begin(via);
      redeemed.inc({ via });
    },
    ws_ticket_rejected: ({ via, reason }: Rejection) => {
      begin(via);
      rejected.inc({ via, reason });
    },
  };
};
