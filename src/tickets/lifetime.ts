import { MAX_TTL_SECONDS } from '../config/variables.ts';
import type { TicketRecord } from './record.ts';

/**
 * How long a revocation is stored, in milliseconds: longer than any ticket that it voids, by a minute, since the clock of
 * the Redis server with the ticket may step back, and that of the server with the revocation ahead.
 */
export const REVOCATION_TTL_MS = (MAX_TTL_SECONDS + 60) * 1000;

type Times = Pick<TicketRecord, 'issuedAt' | 'ticketExpiresAt' | 'expiresAt'>;

/**
 * Seconds until the JWT of a ticket just redeemed expires, to the millisecond. The clock has little influence: of what the
 * JWT had left at the issue, at most the life of the ticket has passed.
 */
export const sessionExpiresIn = ({ issuedAt, ticketExpiresAt, expiresAt }: Times, now = Date.now()): number => {
  const [leastMs, mostMs] = [expiresAt - ticketExpiresAt, expiresAt - issuedAt];
  return Math.min(mostMs, Math.max(leastMs, expiresAt - now)) / 1000;
};
