import { field } from './field.ts';
import { integer } from './parsers.ts';
import { rateLimitOrOff } from './rate-limit.ts';

/** The longest that any instance can be configured to let a ticket live. */
export const MAX_TTL_SECONDS = 300;

export const ticketFields = {
  ttlSeconds: field({
    name: 'TICKET_TTL_SECONDS',
    default: '30',
    parse: integer(1, MAX_TTL_SECONDS),
    doc: 'life of a ticket, 1 to 300; never longer than its JWT',
  }),
} as const;

/** What bounds how much anyone gets. */
export const limitFields = {
  ticketRate: field({
    name: 'TICKET_RATE_LIMIT',
    default: 'off',
    parse: rateLimitOrOff,
    doc: '`N/S`: at most N tickets for each subject in S seconds, on all instances together; or `off`',
  }),
} as const;
