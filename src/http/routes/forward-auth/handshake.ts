import type { IncomingMessage } from 'node:http';
import { Ambiguity, type TicketCarriers } from '../../../protocol/presented-ticket.ts';
import type { ProxyAdapter } from './proxy-adapter.ts';

/** What an auth request says of the handshake that it is about; no `uri` where the proxy does not tell. */
export interface Handshake extends TicketCarriers {
  readonly origin: string | undefined;
}

const URI_HEADERS = ['x-original-uri', 'x-forwarded-uri'];
const AT_MOST_ONCE = /^(origin|x-original-uri|x-forwarded-uri|x-ticketd-.*)$/;
const TARGET = /^\/forward-auth\/[^/?]+(\/.*)$/;

/** Reads a handshake; throws `Ambiguity` where two parts of the request contradict each other. */
export const handshakeOf = (request: IncomingMessage, { originalUri }: ProxyAdapter): Handshake => {
  refuseRepeated(request.rawHeaders);
  const { headers, url = '' } = request;
  const uri = originalUri === 'target' ? TARGET.exec(url)?.[1] : headerOf(request, originalUri.header);
  const others = URI_HEADERS.map((name) => headerOf(request, name)).filter((other) => other !== undefined);
  if (others.some((other) => other !== uri)) throw new Ambiguity('two headers disagree about the original URI');
  return { uri, protocols: listOf(headers['sec-websocket-protocol']), origin: headers.origin };
};

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => headers[name]?.toString();

// Some servers take `_` for `-`, so that a proxy which overwrites one name lets the other through.
const refuseRepeated = (rawHeaders: readonly string[]): void => {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const plain = name.replaceAll('_', '-');
    if (!AT_MOST_ONCE.test(plain)) continue;
    if (seen.has(plain) || name !== plain) throw new Ambiguity(`${plain} is there twice, or with underscores`);
    seen.add(plain);
  }
};

const listOf = (header = ''): readonly string[] => header.split(',').map((entry) => entry.trim());
