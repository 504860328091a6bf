import type { TicketRecord } from './record.ts';

type Times = Pick<TicketRecord, 'issuedAt' | 'ticketExpiresAt' | 'expiresAt'>;

/**
 * Seconds until the JWT of a ticket just redeemed expires, to the millisecond. The clock has little influence: of what the
 * JWT had left at the issue, at most the life of the ticket has passed.
 */
export const sessionExpiresIn = ({ issuedAt, ticketExpiresAt, expiresAt }: Times, now = Date.now()): number => {
  const [leastMs, mostMs] = [expiresAt - ticketExpiresAt, expiresAt - issuedAt];
  return Math.min(mostMs, Math.max(leastMs, expiresAt - now)) / 1000;
};
