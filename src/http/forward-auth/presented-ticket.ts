import { Ambiguity, type Handshake } from './handshake.ts';

const PARAMETER = 'ticket';
const PROTOCOL_PREFIX = 'ticketd.';

/**
 * The ticket that a handshake presents: in the query parameter `ticket`, as the subprotocol `ticketd.<ticket>`, or the
 * same in both. Throws `Ambiguity` where there may be two.
 */
export const presentedTicket = ({ uri = '', protocols }: Handshake): string | undefined => {
  const [ticket, ...others] = [...inQuery(uri), ...inProtocols(protocols)];
  if (others.some((other) => other !== ticket)) throw new Ambiguity('query and subprotocol disagree about the ticket');
  return ticket;
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

// The proxy strips the plain name alone.
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
  const tickets = protocols
    .filter((protocol) => protocol.startsWith(PROTOCOL_PREFIX))
    .map((protocol) => protocol.slice(PROTOCOL_PREFIX.length));
  return single(tickets, 'the subprotocol of the ticket is there twice');
};

const single = (tickets: readonly string[], why: string): readonly string[] => {
  if (tickets.length > 1) throw new Ambiguity(why);
  return tickets;
};
