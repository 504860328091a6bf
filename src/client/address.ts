// Addresses are read as text: React Native has only parts of `URL`, and `URLSearchParams` would reformat a query.

import { TICKET_PARAMETER, TICKET_PROTOCOL_PREFIX } from '../protocol/carrier-names.ts';
import type { SocketCarrier } from './types.ts';

/** `host` has its port; `rest` is all after `http` or `ws`, without the fragment. */
export interface Address {
  readonly rest: string;
  readonly host: string;
}

const ABSOLUTE = /^(?:http|ws)(s?:\/\/([^/?#]+)[^#]*)/i;

/** Throws a `TypeError` where there is none. */
export const addressOf = (url: string | URL): Address => {
  // Outside a browser there is no location, and an address must be absolute.
  const base = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  const [, rest = '', host] = ABSOLUTE.exec(`${url}`) ?? ABSOLUTE.exec(new URL(url, base).href) ?? [];
  if (!host) throw new TypeError(`not an address: ${url}`);
  return { rest, host };
};

/** An address without a fragment, and a parameter that lacks its value. Throws a `TypeError` where it has a ticket. */
export const withParameter = (address: string, name: string = TICKET_PARAMETER): string => {
  if (/[?&]ticket=/.test(address)) throw new TypeError('the address has a ticket');
  return `${address}${address.includes('?') ? '&' : '?'}${name}=`;
};

/** The arguments of `new WebSocket()`. */
export type SocketArguments = readonly [url: string, protocols: readonly string[]];

/** Returns what puts a ticket into those arguments. Throws a `TypeError` where none can make a valid handshake. */
export const socketArgumentsWith = (
  { rest }: Address,
  protocols: readonly string[],
  { ticketIn }: SocketCarrier,
): ((ticket: string) => SocketArguments) => {
  const url = `ws${rest}`;
  const prefix = withParameter(url);
  if (ticketIn !== 'protocol') return (ticket) => [prefix + encodeURIComponent(ticket), protocols];
  if (!protocols.length) throw new TypeError("ticketIn: 'protocol' needs protocols");
  return (ticket) => [url, [...protocols, TICKET_PROTOCOL_PREFIX + ticket]];
};
