import type { TicketSocketOptions } from './types.ts';

/** What a WebSocket is made with. */
export type Address = readonly [url: string, protocols: string[]];

export interface Destination {
  readonly hostname: string;
  addressWith(ticket: string): Address;
}

/** Where the socket leads; throws at once where no ticket could make a good address. */
export const destinationOf = (options: TicketSocketOptions): Destination => {
  const { socketUrl, protocols = [], ticketIn } = options;
  // None outside a browser, where addresses must be whole.
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const url = new URL(socketUrl, location?.href);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  // A WebSocket takes none.
  url.hash = '';
  if (url.searchParams.has('ticket')) throw new TypeError('socketUrl must not have a ticket');
  const asProtocol = ticketIn === 'protocol';
  if (asProtocol && !protocols.length) throw new TypeError("ticketIn: 'protocol' needs protocols");
  return {
    hostname: url.hostname,
    addressWith: (ticket) =>
      asProtocol ? [url.href, [...protocols, `ticketd.${ticket}`]] : [withTicket(url, ticket), [...protocols]],
  };
};

// Appended as text: URLSearchParams would write the rest of the query anew.
const withTicket = ({ href, search }: URL, ticket: string): string =>
  `${href.replace(/\?$/, '')}${search ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
