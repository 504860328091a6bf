import { Router, type RouterContext } from '@koa/router';
import type { Cidrs } from '../../../config/cidrs.ts';
import type { Emit } from '../../../log/events.ts';
import { Ambiguity, presentedTicket } from '../../../protocol/presented-ticket.ts';
import type { Presentation, RedeemTicket } from '../../../tickets/redeem.ts';
import type { Middleware, RequestState } from '../../middleware/context.ts';
import { RequestError } from '../../middleware/error-mapping.ts';
import { addHeaders, answerJson } from '../../middleware/response.ts';
import { logOutage } from '../../middleware/store-outage.ts';
import { requireTrustedPeer } from '../../middleware/trusted-peer.ts';
import { type RedeemOptions, redeemFor, unreadable } from '../redemption.ts';
import { caddy } from './caddy.ts';
import { envoy } from './envoy.ts';
import { type Handshake, handshakeOf } from './handshake.ts';
import { haproxy } from './haproxy.ts';
import { identityHeaders } from './identity-headers.ts';
import { nginx } from './nginx.ts';
import type { ProxyAdapter } from './proxy-adapter.ts';
import { traefik } from './traefik.ts';

export interface ForwardAuthOptions {
  /** The proxies' addresses. */
  readonly trusted: Cidrs;
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
}

/** Each proxy has a path of its own: nothing is guessed from headers, which a client could have sent. */
const proxies: readonly ProxyAdapter[] = [nginx, traefik, caddy, haproxy, envoy];

/** What proxies ask before they let a handshake pass. */
export const forwardAuthRoutes = ({ trusted, redeem, emit }: ForwardAuthOptions): Router<RequestState> => {
  const router = new Router<RequestState>({ prefix: '/forward-auth' });
  const admit = [endConnection, requireTrustedPeer(trusted, emit), logOutage(emit)];
  for (const proxy of proxies) {
    const answer = admitHandshake(proxy, { redeem, emit, via: `forward-auth/${proxy.name}` });
    if (proxy.originalUri === 'target') router.all(locationsOf(proxy, '/{*uri}'), ...admit, answer);
    else router.get(locationsOf(proxy), ...admit, answer);
  }
  return router;
};

// Over one kept open, many clients ask again by themselves when it breaks: by then the ticket is spent.
const endConnection: Middleware = (ctx, next) => {
  addHeaders(ctx, { Connection: 'close' });
  return next();
};

const locationsOf = ({ name }: ProxyAdapter, rest = ''): string[] => [`/${name}${rest}`, `/${name}@:audience${rest}`];

const admitHandshake =
  (proxy: ProxyAdapter, options: RedeemOptions) =>
  async (ctx: RouterContext<RequestState>): Promise<void> => {
    const record = await redeemFor(ctx, options, presentationOf(ctx, proxy, options));
    addHeaders(ctx, identityHeaders(record));
    answerJson(ctx, { active: true, traceId: ctx.state.traceId });
  };

const presentationOf = (
  ctx: RouterContext<RequestState>,
  proxy: ProxyAdapter,
  options: RedeemOptions,
): Presentation => {
  try {
    const handshake = handshakeOf(ctx.req, proxy);
    const ticket = requiredTicket(handshake);
    return { ticket, audience: ctx.params.audience, origin: handshake.origin ?? null };
  } catch (error) {
    throw error instanceof Ambiguity ? unreadable(ctx, options, error) : error;
  }
};

const requiredTicket = (handshake: Handshake): string => {
  if (handshake.uri === undefined) throw missing('The proxy must tell the URI of the handshake');
  const ticket = presentedTicket(handshake);
  if (ticket !== undefined) return ticket;
  throw missing('Send a ticket as the query parameter "ticket" or as the subprotocol "ticketd.<ticket>"');
};

const missing = (message: string) => new RequestError('WS_TICKET_MISSING', message);
