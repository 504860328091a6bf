import type { IncomingMessage } from 'node:http';
import { AmbiguousTicketError, offeredProtocols, type TicketCarriers } from '../../../protocol/presented-ticket.ts';
import type { ProxyAdapter } from './proxies.ts';

/** The handshake that a proxy asks about; no `uri` if the proxy does not send it. */
export interface Handshake extends TicketCarriers {
  readonly origin: string | undefined;
}

const URI_HEADERS = ['x-original-uri', 'x-forwarded-uri'];
const AT_MOST_ONCE = /^(origin|x-original-uri|x-forwarded-uri|x-ticketd-.*)$/;
const TARGET = /^\/forward-auth\/[^/?]+(\/.*)$/;

/** Reads a handshake; throws `AmbiguousTicketError` if two parts of the request contradict each other. */
export const handshakeOf = (request: IncomingMessage, { originalUri }: ProxyAdapter): Handshake => {
  refuseRepeated(request.rawHeaders);
  const { headers, url = '' } = request;
  const uri = originalUri === 'target' ? TARGET.exec(url)?.[1] : headerOf(request, originalUri.header);
  const others = URI_HEADERS.map((name) => headerOf(request, name)).filter((other) => other !== undefined);
  if (others.some((other) => other !== uri)) throw new AmbiguousTicketError('two headers have different original URIs');
  return { uri, protocols: offeredProtocols(headers), origin: headers.origin };
};

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => headers[name]?.toString();

// Some servers read `_` as `-`, so that a proxy which overwrites one name lets the other pass.
const refuseRepeated = (rawHeaders: readonly string[]): void => {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const plain = name.replaceAll('_', '-');
    if (!AT_MOST_ONCE.test(plain)) continue;
    if (seen.has(plain) || name !== plain)
      throw new AmbiguousTicketError(`${plain} is there twice, or with underscores`);
    seen.add(plain);
  }
};
