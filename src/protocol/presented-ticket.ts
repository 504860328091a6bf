import type { IncomingHttpHeaders } from 'node:http';
import { TICKET_PARAMETER, TICKET_PROTOCOL_PREFIX } from './carrier-names.ts';
import { StacklessError } from './domain-error.ts';
import { splitCommaList } from './text.ts';

/** A handshake that can be read in two ways: refused, since another server may read it the other way. */
export class AmbiguousTicketError extends StacklessError {
  override readonly name = 'AmbiguousTicketError';
}

/** The parts of a WebSocket handshake that can carry a ticket. */
export interface TicketCarriers {
  /** Path and query, as the client sent them. */
  readonly uri: string | undefined;
  /** The subprotocols that the client offers, in order. */
  readonly protocols: readonly string[];
}

export const PROTOCOLS_HEADER = 'sec-websocket-protocol';

/** The subprotocols in the headers of a handshake. */
export const offeredProtocols = ({ [PROTOCOLS_HEADER]: offer = '' }: IncomingHttpHeaders): readonly string[] =>
  splitCommaList(offer).filter((protocol) => protocol !== '');

/**
 * The ticket that a handshake presents: in the query parameter `ticket`, as the subprotocol `ticketd.<ticket>`, or the
 * same in both. Throws `AmbiguousTicketError` if there may be two.
 */
export const presentedTicket = ({ uri = '', protocols }: TicketCarriers): string | undefined => {
  const [ticket, ...others] = [...inQuery(uri), ...inProtocols(protocols)];
  if (others.some((other) => other !== ticket))
    throw new AmbiguousTicketError('query and subprotocol disagree about the ticket');
  return ticket;
};

/** The same without any ticket, everything else unchanged. */
export const withoutTicket = ({ uri = '', protocols }: TicketCarriers) => ({
  uri: uriWithout(uri),
  protocols: protocols.filter((protocol) => !isTicketProtocol(protocol)),
});

const uriWithout = (uri: string): string => {
  const [path = '', ...query] = uri.split('?');
  const parameters = query.join('?').split('&');
  const others = parameters.filter((parameter) => !new URLSearchParams(`&${parameter}`).has(TICKET_PARAMETER));
  if (others.length === parameters.length) return uri;
  return others.length === 0 ? path : `${path}?${others.join('&')}`;
};

const inQuery = (uri: string): readonly string[] => {
  const tickets = queryOf(uri)
    .split('&')
    .map((parameter) => parameter.split('='))
    .filter(([name = '']) => isParameter(name))
    .map(([, ...value]) => value.join('='));
  return single(tickets, 'the parameter ticket is there twice');
};

// RFC 3986, section 3.5: a fragment is no part of the query, and must not be in a request.
const queryOf = (uri: string): string => {
  if (uri.includes('#')) throw new AmbiguousTicketError('the original URI has a fragment');
  const start = uri.indexOf('?');
  return start < 0 ? '' : uri.slice(start + 1);
};

// A proxy strips only the plain name.
const isParameter = (name: string): boolean => {
  if (name === TICKET_PARAMETER) return true;
  if (decoded(name) === TICKET_PARAMETER)
    throw new AmbiguousTicketError('the name of the parameter ticket is percent-encoded');
  return false;
};

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new AmbiguousTicketError('the name of a parameter is badly percent-encoded');
  }
};

const inProtocols = (protocols: readonly string[]): readonly string[] => {
  const tickets = protocols.filter(isTicketProtocol).map((protocol) => protocol.slice(TICKET_PROTOCOL_PREFIX.length));
  return single(tickets, 'the subprotocol of the ticket is there twice');
};

const single = (tickets: readonly string[], why: string): readonly string[] => {
  if (tickets.length > 1) throw new AmbiguousTicketError(why);
  return tickets;
};

const isTicketProtocol = (protocol: string): boolean => protocol.startsWith(TICKET_PROTOCOL_PREFIX);
