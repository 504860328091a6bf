import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import { INTROSPECTION_PATH } from '../../protocol/paths.ts';
import type { Presentation } from '../../tickets/presentation.ts';
import type { TicketRecord } from '../../tickets/record.ts';
import type { RedeemTicket } from '../../tickets/redeem.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { RequestError } from '../middleware/error-mapping.ts';
import { readForm } from '../middleware/form-body.ts';
import { setJson } from '../middleware/response.ts';
import { requireStore } from '../middleware/store-outage.ts';
import { redeemAndLog } from './redemption.ts';

export interface IntrospectRouteOptions {
  /** Requires a gateway key as an OAuth client sends it, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
}

/** Redeems a ticket for servers that check OAuth tokens by introspection (RFC 7662). */
export const introspectRoute = ({
  authenticate,
  store,
  redeem,
  emit,
}: IntrospectRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post(INTROSPECTION_PATH, authenticate, requireStore(store), introspect(redeem, emit));
  return router;
};

const introspect =
  (redeem: RedeemTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const presentation = presentationIn(await readForm(ctx));
    const redemption = await redeemAndLog(ctx, { redeem, emit, via: 'introspection' }, presentation);
    setJson(ctx, redemption.outcome === 'redeemed' ? activeToken(redemption.record) : { active: false });
  };

/** Fields that are not listed do not count: RFC 7662, section 2.1, lets clients add some. */
const presentationIn = (form: URLSearchParams): Presentation => {
  const ticket = fieldIn(form, 'token');
  if (ticket === undefined) throw new RequestError('BAD_REQUEST', 'Send the ticket as the form field "token"');
  const [audience, origin, path] = ['audience', 'origin', 'path'].map((name) => fieldIn(form, name));
  // A form has no `null`: an empty origin says that the request had none.
  return { ticket, audience, origin: origin === '' ? null : origin, path };
};

const fieldIn = (form: URLSearchParams, name: string): string | undefined => {
  const [value, ...others] = form.getAll(name);
  if (others.length > 0) throw new RequestError('BAD_REQUEST', `The form has "${name}" more than once`);
  return value;
};

/** RFC 7662, section 2.2; JSON leaves out what is `undefined`. */
const activeToken = (record: TicketRecord) => ({
  // Their names are none of the others: `TICKET_CLAIMS` refuses those.
  ...record.claims,
  active: true,
  iss: record.issuer,
  sub: record.subject,
  sid: record.sessionId,
  aud: record.audience,
  exp: Math.floor(record.expiresAt / 1000),
  iat: Math.floor(record.issuedAt / 1000),
  token_type: 'ticket',
  ...(record.channel !== undefined && { channel: record.channel }),
});
