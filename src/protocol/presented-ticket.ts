/** Something that can be read in two ways: refused, lest somebody else read the other one. */
export class Ambiguity extends Error {
  override readonly name = 'Ambiguity';
}

/** What of a WebSocket handshake can carry a ticket. */
export interface TicketCarriers {
  /** Path and query, as the client sent them. */
  readonly uri: string | undefined;
  /** What `Sec-WebSocket-Protocol` offers, in order. */
  readonly protocols: readonly string[];
}

const PARAMETER = 'ticket';
const PROTOCOL_PREFIX = 'ticketd.';

/**
 * The ticket that a handshake presents: in the query parameter `ticket`, as the subprotocol `ticketd.<ticket>`, or the
 * same in both. Throws `Ambiguity` where there may be two.
 */
export const presentedTicket = ({ uri = '', protocols }: TicketCarriers): string | undefined => {
  const [ticket, ...others] = [...inQuery(uri), ...inProtocols(protocols)];
  if (others.some((other) => other !== ticket)) throw new Ambiguity('query and subprotocol disagree about the ticket');
  return ticket;
};

/** The same without any ticket, all else as it was. */
export const withoutTicket = ({ uri = '', protocols }: TicketCarriers) => ({
  uri: uriWithout(uri),
  protocols: protocols.filter((protocol) => !isTicketProtocol(protocol)),
});

const uriWithout = (uri: string): string => {
  const [path = '', ...query] = uri.split('?');
  const parameters = query.join('?').split('&');
  const others = parameters.filter((parameter) => !new URLSearchParams(`&${parameter}`).has(PARAMETER));
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

// RFC 3986, section 3.5: what follows a `#` is no part of the query, and has no place in a request.
const queryOf = (uri: string): string => {
  if (uri.includes('#')) throw new Ambiguity('the original URI has a fragment');
  const start = uri.indexOf('?');
  return start < 0 ? '' : uri.slice(start + 1);
};

// A proxy strips the plain name alone.
const isParameter = (name: string): boolean => {
  if (name === PARAMETER) return true;
  if (decoded(name) === PARAMETER) throw new Ambiguity('the name of the parameter ticket is percent-encoded');
  return false;
};

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new Ambiguity('the name of a parameter is badly percent-encoded');
  }
};

const inProtocols = (protocols: readonly string[]): readonly string[] => {
  const tickets = protocols.filter(isTicketProtocol).map((protocol) => protocol.slice(PROTOCOL_PREFIX.length));
  return single(tickets, 'the subprotocol of the ticket is there twice');
};

const single = (tickets: readonly string[], why: string): readonly string[] => {
  if (tickets.length > 1) throw new Ambiguity(why);
  return tickets;
};

const isTicketProtocol = (protocol: string): boolean => protocol.startsWith(PROTOCOL_PREFIX);
