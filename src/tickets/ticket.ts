import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomText } from '../protocol/random-text.ts';

// RFC 6750 asks for tokens that cannot be guessed; 256 bits of randomness leave a wide margin.
const RANDOM_BYTES = 32;
const PREFIX = 'wst_';
const FORM = /^wst_[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{6}$/;
const CHECKSUM_LENGTH = 6;
const TICKET_ID_LENGTH = 12;

/** A new ticket: `wst_`, 32 random bytes and a CRC-32 of all that, both in base64url; 53 characters. */
export const newTicket = (): string => {
  const body = PREFIX + randomText(RANDOM_BYTES, 'base64url');
  return body + checksumOf(body);
};

/** Whether a string has the form and the checksum of a ticket; any other was never issued. */
export const isTicket = (text: string): boolean =>
  FORM.test(text) && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);

/** What the store has in place of a ticket: its SHA-256 in base64url, 43 characters. */
export const digestOf = (ticket: string): string => hash('sha256', ticket, 'base64url');

/** The name of a ticket in the log, which does not reveal it: the first 12 characters of its digest. */
export const ticketIdOf = (digest: string): string => digest.slice(0, TICKET_ID_LENGTH);

const checksumOf = (body: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64url');
};
