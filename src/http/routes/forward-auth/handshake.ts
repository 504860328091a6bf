import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AmbiguousTicketError, offeredProtocols, type TicketCarriers } from '../../../protocol/presented-ticket.ts';
import type { ProxyAdapter, UriHeader } from './proxies.ts';

/** The handshake that a proxy asks about; no `uri` if the proxy does not send it. */
export interface Handshake extends TicketCarriers {
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  /** The host that the browser addressed, if the proxy sends it. */
  readonly host: string | undefined;
}

const AT_MOST_ONCE = /^(origin|sec-fetch-site|x-original-ur[il]|x-forwarded-uri|x-forwarded-host|x-ticketd-.*)$/;
const TARGET = /^\/forward-auth\/[^/?]+(\/.*)$/;
// No more of a URL is before the path: nginx writes the client's `Host` there, which may have a `?`.
const URL_BEFORE_URI = /^https?:\/\/[^/?#]+(?=\/)/i;

/** Reads a handshake; throws `AmbiguousTicketError` if two parts of the request contradict each other. */
export const handshakeOf = (request: IncomingMessage, { originalUri }: ProxyAdapter): Handshake => {
  refuseRepeated(request.rawHeaders);
  const { headers, url = '' } = request;
  const uris = urisIn(headers);
  const uri = originalUri === 'target' ? TARGET.exec(url)?.[1] : uris[originalUri.find((name) => name in uris) ?? ''];
  if (Object.values(uris).some((other) => other !== uri))
    throw new AmbiguousTicketError('two headers have different original URIs');
  return {
    uri,
    protocols: offeredProtocols(headers),
    origin: headers.origin,
    fetchSite: headers['sec-fetch-site']?.toString(),
    host: headers['x-forwarded-host']?.toString(),
  };
};

/** The original URI in each header that has one. */
const urisIn = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(uriReaders).flatMap(([name, uriOf]) => {
      const value = headers[name]?.toString();
      return value === undefined ? [] : [[name, uriOf(value)]];
    }),
  );

const uriOfUrl = (url: string): string => {
  if (!URL_BEFORE_URI.test(url)) throw new AmbiguousTicketError('x-original-url is not an http:// or https:// URL');
  return url.replace(URL_BEFORE_URI, '');
};

const uriReaders: Readonly<Record<UriHeader, (value: string) => string>> = {
  'x-original-uri': (uri) => uri,
  'x-original-url': uriOfUrl,
  'x-forwarded-uri': (uri) => uri,
};

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
