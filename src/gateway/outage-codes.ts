import type { RefusalCode } from './refusal.ts';

// What each 503 of ticketd means for the ticket of a handshake.
const OUTAGE_CODES: ReadonlyMap<unknown, RefusalCode> = new Map([
  ['SERVICE_OVERLOADED', 'WS_TICKET_REDIS_NOT_READY'],
  ['WS_TICKET_OUTCOME_UNKNOWN', 'WS_TICKET_OUTCOME_UNKNOWN'],
  ['WS_TICKET_REDIS_NOT_READY', 'WS_TICKET_REDIS_NOT_READY'],
]);

/** How a client is refused after this error of ticketd; `undefined` where it is no outage. */
export const outageCodeOf = (errorCode: unknown): RefusalCode | undefined => OUTAGE_CODES.get(errorCode);
