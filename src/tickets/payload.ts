import type { Binding, Caller } from './binding.ts';

/** All that the store remembers of a ticket. Times are milliseconds since the epoch. */
export interface TicketRecord extends Binding, Omit<Caller, 'expiresAt'> {
  /** When the JWT expires. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly ticketExpiresAt: number;
}

/** One-letter keys, absent ones left out, times told from `t` on: every byte is paid for once for each live ticket. */
export const encodePayload = (record: TicketRecord): string =>
  JSON.stringify({
    s: record.subject,
    i: record.sessionId,
    a: record.audience,
    c: record.channel,
    o: record.origin,
    t: record.issuedAt,
    e: record.ticketExpiresAt - record.issuedAt,
    x: record.expiresAt - record.issuedAt,
    r: record.traceId,
  });

/** Reads what `encodePayload` wrote; throws where it is anything else. */
export const decodePayload = (payload: string): TicketRecord => {
  const { s, i, a, c, o, t, e, x, r } = JSON.parse(payload);
  if (typeof s !== 'string' || [t, e, x].some((time) => typeof time !== 'number'))
    throw new Error('what is kept of the ticket is not a payload');
  return {
    subject: s,
    sessionId: i,
    audience: a,
    channel: c,
    origin: o,
    issuedAt: t,
    ticketExpiresAt: t + e,
    expiresAt: t + x,
    traceId: r,
  };
};
