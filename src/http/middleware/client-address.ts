import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Cidrs } from '../../config/cidrs.ts';
import type { Middleware } from './context.ts';

/** Leaves in the state where a request comes from: `X-Forwarded-For` is believed of these peers alone, by default of none. */
export const clientAddress =
  (trusted?: Cidrs): Middleware =>
  (ctx, next) => {
    const peer = ctx.req.socket.remoteAddress;
    if (peer !== undefined) ctx.state.address = addressOf(peer, ctx.get('X-Forwarded-For'), trusted);
    return next();
  };

/**
 * The address nearest to us that no trusted proxy has. Each proxy appends whom it heard from, so the header is read from
 * its end, as far as trusted proxies have written it; what is no address there ends the walk.
 */
export const addressOf = (peer: string, forwardedFor: string, trusted?: Cidrs): string => {
  let nearest = plainOf(peer);
  if (trusted === undefined) return nearest;
  for (const hop of forwardedFor.split(',').toReversed()) {
    if (!trusted.contains(nearest)) break;
    const before = hopAddress(hop.trim());
    if (before === undefined) break;
    nearest = before;
  }
  return nearest;
};

// Some proxies add the port.
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const WITH_PORT = /^([\d.]+):\d{1,5}$/;

const hopAddress = (hop: string): string | undefined => {
  const address = plainOf(BRACKETED.exec(hop)?.[1] ?? WITH_PORT.exec(hop)?.[1] ?? hop);
  return isIP(address) === 0 ? undefined : address;
};

// A dual-stack socket tells IPv4 as ::ffff:192.0.2.7, and the zone of a link-local address means nothing elsewhere.
const plainOf = (address: string): string => {
  if (!address.includes(':')) return address;
  const [plain = ''] = address.toLowerCase().split('%', 1);
  const mapped = plain.replace(/^::ffff:/, '');
  return isIPv4(mapped) ? mapped : plain;
};

/** What one caller may have for addresses: one of IPv4, a whole /64 of IPv6 (RFC 6177 gives a site no less). */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail].slice(0, 4).join(':');
};
