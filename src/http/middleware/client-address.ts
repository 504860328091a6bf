import { isIP, isIPv6 } from 'node:net';
import { type Cidrs, plainAddress } from '../../config/cidrs.ts';
import { splitCommaList } from '../../protocol/text.ts';
import type { Middleware } from './context.ts';

/** Sets the client's address: `X-Forwarded-For` is believed only if one of these peers sent it, by default never. */
export const clientAddress =
  (trusted?: Cidrs): Middleware =>
  (ctx, next) => {
    const peer = ctx.req.socket.remoteAddress;
    if (peer !== undefined)
      ctx.state.address = addressOf(peer, ctx.req.headers['x-forwarded-for']?.toString(), trusted);
    return next();
  };

/**
 * The address nearest to ticketd that is no trusted proxy. Each proxy appends the address that it was called from, so the
 * header is read from its end, as long as trusted proxies wrote it; an entry that is no address ends the walk.
 */
export const addressOf = (peer: string, forwardedFor = '', trusted?: Cidrs): string => {
  let nearest = plainAddress(peer);
  if (trusted === undefined) return nearest;
  for (const hop of splitCommaList(forwardedFor).toReversed()) {
    if (!trusted.contains(nearest)) break;
    const before = hopAddress(hop);
    if (before === undefined) break;
    nearest = before;
  }
  return nearest;
};

// Some proxies add the port.
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const WITH_PORT = /^([\d.]+):\d{1,5}$/;

const hopAddress = (hop: string): string | undefined => {
  const address = plainAddress(BRACKETED.exec(hop)?.[1] ?? WITH_PORT.exec(hop)?.[1] ?? hop);
  return isIP(address) === 0 ? undefined : address;
};

/** The addresses that one caller may have: one of IPv4, a whole /64 of IPv6 (RFC 6177 gives a site no less). */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail].slice(0, 4).join(':');
};
