import { TICKET_PARAMETER, TICKET_PROTOCOL_PREFIX } from '../protocol/carrier-names.ts';
import type { TicketSocketOptions } from './types.ts';

/** The arguments of `new WebSocket()`. */
export type SocketArguments = readonly [url: string, protocols: string[]];

/** The server of the socket. */
export interface SocketAddress {
  readonly hostname: string;
  argumentsWith(ticket: string): SocketArguments;
}

/** Reads the options; throws a `TypeError` where no ticket can make a valid address. */
export const socketAddressOf = ({ socketUrl, protocols = [], ticketIn }: TicketSocketOptions): SocketAddress => {
  // Outside a browser there is no location, and a URL must be absolute.
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const url = new URL(socketUrl, location?.href);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  // A WebSocket URL must not have a fragment.
  url.hash = '';
  if (url.searchParams.has(TICKET_PARAMETER)) throw new TypeError('socketUrl must not have a ticket');
  const asProtocol = ticketIn === 'protocol';
  if (asProtocol && !protocols.length) throw new TypeError("ticketIn: 'protocol' needs protocols");
  return {
    hostname: url.hostname,
    argumentsWith: (ticket) =>
      asProtocol ? [url.href, [...protocols, TICKET_PROTOCOL_PREFIX + ticket]] : [urlWith(url, ticket), [...protocols]],
  };
};

// Appended as text: URLSearchParams would reformat the rest of the query.
const urlWith = ({ href, search }: URL, ticket: string): string =>
  `${href.replace(/\?$/, '')}${search ? '&' : '?'}${TICKET_PARAMETER}=${encodeURIComponent(ticket)}`;
