import { Router, type RouterContext } from '@koa/router';
import type { Cidrs } from '../../../config/cidrs.ts';
import type { Emit } from '../../../log/events.ts';
import { FORWARD_AUTH_PATH } from '../../../protocol/paths.ts';
import { AmbiguousTicketError, presentedTicket } from '../../../protocol/presented-ticket.ts';
import { pathIn } from '../../../protocol/resource-path.ts';
import type { Presentation } from '../../../tickets/presentation.ts';
import type { TicketRecord } from '../../../tickets/record.ts';
import type { RedeemTicket } from '../../../tickets/redeem.ts';
import { requireTrustedPeer } from '../../middleware/authenticate.ts';
import type { Middleware, RequestState } from '../../middleware/context.ts';
import { RequestError } from '../../middleware/error-mapping.ts';
import { addHeaders, setJson } from '../../middleware/response.ts';
import { type RedeemOptions, redeemOrRefuse, unreadable } from '../redemption.ts';
import { type Handshake, handshakeOf } from './handshake.ts';
import { type ProxyAdapter, proxies } from './proxies.ts';

export interface ForwardAuthOptions {
  /** The addresses of the proxies. */
  readonly trusted: Cidrs;
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
}

/** What proxies ask before they let a request pass: a WebSocket handshake, an EventSource or a download. */
export const forwardAuthRoutes = ({ trusted, redeem, emit }: ForwardAuthOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  const admit = [closeConnection, requireTrustedPeer(trusted, emit)];
  for (const proxy of proxies) {
    const redeemHandshake = handshakeRedeemer(proxy, { redeem, emit, via: `forward-auth/${proxy.name}` });
    if (proxy.originalUri === 'target') router.all(pathsOf(proxy, '/{*uri}'), ...admit, redeemHandshake);
    else router.get(pathsOf(proxy), ...admit, redeemHandshake);
  }
  return router;
};

// When a reused connection breaks, many clients repeat the request by themselves: by then the ticket is spent.
const closeConnection: Middleware = (ctx, next) => {
  addHeaders(ctx, { Connection: 'close' });
  return next();
};

const pathsOf = ({ name }: ProxyAdapter, rest = ''): string[] =>
  [name, `${name}@:audience`].map((location) => `${FORWARD_AUTH_PATH}/${location}${rest}`);

const handshakeRedeemer =
  (proxy: ProxyAdapter, options: RedeemOptions) =>
  async (ctx: RouterContext<RequestState>): Promise<void> => {
    const { record } = await redeemOrRefuse(ctx, options, presentationOf(ctx, proxy, options));
    addHeaders(ctx, identityHeaders(record));
    setJson(ctx, { active: true, traceId: ctx.state.traceId });
  };

const presentationOf = (
  ctx: RouterContext<RequestState>,
  proxy: ProxyAdapter,
  options: RedeemOptions,
): Presentation => {
  try {
    const handshake = handshakeOf(ctx.req, proxy);
    const ticket = requiredTicket(handshake);
    const { uri = '', origin = null, fetchSite, host } = handshake;
    return { ticket, audience: ctx.params.audience, origin, path: pathIn(uri), fetchSite, host };
  } catch (error) {
    throw error instanceof AmbiguousTicketError ? unreadable(ctx, options, error) : error;
  }
};

const requiredTicket = (handshake: Handshake): string => {
  if (handshake.uri === undefined) throw missing('The proxy must send the URI of the handshake');
  const ticket = presentedTicket(handshake);
  if (ticket !== undefined) return ticket;
  throw missing('Send a ticket as the query parameter "ticket" or as the subprotocol "ticketd.<ticket>"');
};

const missing = (message: string) => new RequestError('WS_TICKET_MISSING', message);

/**
 * The identity of the client, for the upstream. Every header is always there: instead of a missing one, proxies would
 * pass the client's own.
 */
export const identityHeaders = (record: TicketRecord): Readonly<Record<string, string>> => ({
  'X-Ticketd-Issuer': headerText(record.issuer),
  'X-Ticketd-Subject': headerText(record.subject),
  'X-Ticketd-Session': headerText(record.sessionId),
  'X-Ticketd-Audience': headerText(record.audience),
  'X-Ticketd-Channel': headerText(record.channel),
  'X-Ticketd-Claims': headerText(JSON.stringify(record.claims)),
  'X-Ticketd-Session-Expires': new Date(record.expiresAt).toISOString(),
});

/** A text as a header value: bytes of its UTF-8 outside 0x21-0x7E, and `%` itself, are percent-encoded. */
export const headerText = (text = ''): string =>
  Array.from(Buffer.from(text), (byte) => (isPlain(byte) ? String.fromCharCode(byte) : percentEncoded(byte))).join('');

const isPlain = (byte: number): boolean => byte >= 0x21 && byte <= 0x7e && byte !== 0x25;

const percentEncoded = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
