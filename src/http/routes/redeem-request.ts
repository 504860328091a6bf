import type { Presentation } from '../../tickets/redeem.ts';
import { RequestError } from '../middleware/error-mapping.ts';

const NAMES = ['ticket', 'audience', 'origin'] as const;

type Body = Readonly<Record<string, unknown>>;

/** What the body of a redeem presents. A misspelt name is an error: a ticket would be held against less than was meant. */
export const presentationOf = (body: Body): Presentation => {
  if (Object.keys(body).some((name) => !NAMES.some((known) => known === name)))
    throw badRequest('The body may hold "ticket", "audience" and "origin", nothing else');
  const ticket = textOf(body, 'ticket');
  if (ticket === undefined) throw badRequest('"ticket" must be there');
  // Other than an origin that is left out, null says that the handshake had none.
  const origin = body.origin === null ? null : textOf(body, 'origin');
  return { ticket, audience: textOf(body, 'audience'), origin };
};

const textOf = (body: Body, name: (typeof NAMES)[number]): string | undefined => {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw badRequest(`"${name}" must be a string`);
  return value;
};

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);
