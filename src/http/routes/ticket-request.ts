import { isText } from '../../protocol/text.ts';
import { RequestError } from '../middleware/error-mapping.ts';

const MAX_CHARACTERS = { audience: 128, channel: 256 } as const;

type Name = keyof typeof MAX_CHARACTERS;
type Body = Readonly<Record<string, unknown>>;

export interface TicketRequest {
  readonly audience: string | undefined;
  readonly channel: string | undefined;
}

/** What the body of a ticket request asks for. A misspelt name is an error: it would give a ticket less bound than meant. */
export const ticketRequestOf = (body: Body): TicketRequest => {
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(MAX_CHARACTERS, name));
  if (unknown !== undefined) throw badRequest('The body may hold "audience" and "channel", nothing else');
  return { audience: textOf(body, 'audience'), channel: textOf(body, 'channel') };
};

const textOf = (body: Body, name: Name): string | undefined => {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  const max = MAX_CHARACTERS[name];
  if (!isText(value, max)) throw badRequest(`"${name}" must be a string of 1 to ${max} characters`);
  return value;
};

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);

// RFC 6454, section 7: scheme, host and port; no real one comes near this.
const MAX_ORIGIN_CHARACTERS = 512;

/** What the `Origin` header binds a ticket to, if anything. */
export const originOf = (header: string): string | undefined => {
  if (header.length > MAX_ORIGIN_CHARACTERS) throw badRequest('The Origin header is too long');
  return header === '' ? undefined : header;
};
