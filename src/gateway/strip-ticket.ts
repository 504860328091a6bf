import type { IncomingMessage } from 'node:http';
import {
  offeredProtocols,
  PROTOCOLS_HEADER,
  type TicketCarriers,
  withoutTicket,
} from '../protocol/presented-ticket.ts';

/** Where the ticket of a handshake may be. */
export const carriersOf = ({ url, headers }: IncomingMessage): TicketCarriers => ({
  uri: url,
  protocols: offeredProtocols(headers),
});

/**
 * Takes the ticket out of the request, so that neither an answer nor a log of the application can have it. The other
 * subprotocols stay for the server to choose from, and are returned.
 */
export const stripTicket = (request: IncomingMessage): readonly string[] => {
  const { uri, protocols } = withoutTicket(carriersOf(request));
  // Node makes both from the raw headers at the first look, by its own count of them: so look before any is taken out.
  const { rawHeaders, headers, headersDistinct = {} } = request;
  const offer = protocols.join(', ');
  const raw = rawPairs(rawHeaders).filter(([name]) => name.toLowerCase() !== PROTOCOLS_HEADER);
  request.url = uri;
  delete headers[PROTOCOLS_HEADER];
  delete headersDistinct[PROTOCOLS_HEADER];
  if (offer !== '') {
    raw.push(['Sec-WebSocket-Protocol', offer]);
    headers[PROTOCOLS_HEADER] = offer;
    headersDistinct[PROTOCOLS_HEADER] = [offer];
  }
  rawHeaders.splice(0, rawHeaders.length, ...raw.flat());
  return protocols;
};

const rawPairs = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
