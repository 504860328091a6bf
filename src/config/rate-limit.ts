import { Expected, type Parser } from './field.ts';

/** At most so many tickets for each subject, in a window that begins with its first. */
export interface RateLimit {
  readonly tickets: number;
  readonly seconds: number;
}

const FORM = /^(\d{1,7})\/(\d{1,5})$/;
const MAX_TICKETS = 1_000_000;
const MAX_SECONDS = 86_400;

/** Reads `N/S`, N tickets in S seconds, or `off`. */
export const rateLimitOrOff: Parser<RateLimit | 'off'> = (text) => {
  if (text === 'off') return 'off';
  const [, tickets, seconds] = (FORM.exec(text) ?? []).map(Number);
  if (!isWithin(tickets, MAX_TICKETS) || !isWithin(seconds, MAX_SECONDS))
    throw new Expected(`N/S, 1 to ${MAX_TICKETS} tickets in 1 to ${MAX_SECONDS} seconds, or off`);
  return { tickets, seconds };
};

const isWithin = (value: number | undefined, max: number): value is number =>
  value !== undefined && value >= 1 && value <= max;
