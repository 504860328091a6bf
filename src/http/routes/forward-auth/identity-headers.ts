import type { TicketRecord } from '../../../tickets/record.ts';

/**
 * Whose connection it is, for the upstream. All are always there: proxies let the client's own header pass in place of
 * one that is left out.
 */
export const identityHeaders = (record: TicketRecord): Readonly<Record<string, string>> => ({
  'X-Ticketd-Issuer': headerText(record.issuer),
  'X-Ticketd-Subject': headerText(record.subject),
  'X-Ticketd-Session': headerText(record.sessionId),
  'X-Ticketd-Audience': headerText(record.audience),
  'X-Ticketd-Channel': headerText(record.channel),
  'X-Ticketd-Session-Expires': new Date(record.expiresAt).toISOString(),
});

/** A text as a header can carry it: bytes of its UTF-8 outside 0x21-0x7E, and `%` itself, percent-encoded. */
export const headerText = (text = ''): string =>
  Array.from(Buffer.from(text), (byte) => (isPlain(byte) ? String.fromCharCode(byte) : percentEncoded(byte))).join('');

const isPlain = (byte: number): boolean => byte >= 0x21 && byte <= 0x7e && byte !== 0x25;

const percentEncoded = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
