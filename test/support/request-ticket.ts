import { createHash } from 'node:crypto';
import request, { type Test } from 'supertest';
import { TICKET_PATH } from './ask.ts';
import { bearer, token } from './jwt.ts';

/** Asks for a ticket through supertest, so that a test can add a body and further headers. */
export const requestTicket = ({ url }: { readonly url: string }, jwt: string = token()): Test =>
  request(url).post(TICKET_PATH).set(bearer(jwt));

/** Where Redis keeps a ticket, by the contract's rule rather than by the code under test. */
export const keyOf = (ticket: string, prefix = 'ticketd:'): string =>
  `${prefix}t2:${createHash('sha256').update(ticket).digest('base64url')}`;
