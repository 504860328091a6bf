import { withParameter } from './address.ts';

/**
 * The address with a ticket in its query, for what sends no header: a download, an `<img>`, an `EventSource`. The rest
 * stays as it is, and a relative address stays relative. Throws a `TypeError` if the address already has a ticket.
 */
export const ticketUrl = (url: string | URL, ticket: string): string => {
  const [address = '', ...fragment] = String(url).split(/(?=#)/);
  return [withParameter(address), encodeURIComponent(ticket), ...fragment].join('');
};
