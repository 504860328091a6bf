import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { REDEEM_PATH } from '../../protocol/paths.ts';
import type { Presentation } from '../../tickets/presentation.ts';
import type { RedeemTicket } from '../../tickets/redeem.ts';
import { revocationKeysOf } from '../../tickets/revocation-keys.ts';
import { sessionExpiresIn } from '../../tickets/session-expiry.ts';
import type { TicketStore } from '../../tickets/store.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { badRequest, readJsonObject, requireKnownMembers } from '../middleware/json-body.ts';
import { setJson } from '../middleware/response.ts';
import { requireStore } from '../middleware/store-outage.ts';
import { redeemOrRefuse } from './redemption.ts';

export interface RedeemRouteOptions {
  /** Requires a gateway key, or refuses the request. */
  readonly authenticate: Middleware;
  readonly store: Pick<TicketStore, 'isReady'>;
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
}

/** Redeems a ticket for a gateway, by its key. */
export const redeemRoute = ({ authenticate, store, redeem, emit }: RedeemRouteOptions): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post(REDEEM_PATH, authenticate, requireStore(store), redeemTicket(redeem, emit));
  return router;
};

const redeemTicket =
  (redeem: RedeemTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const presentation = presentationOf(await readJsonObject(ctx));
    const { record, revocationPosition } = await redeemOrRefuse(ctx, { redeem, emit, via: 'http' }, presentation);
    setJson(ctx, {
      active: true,
      issuer: record.issuer ?? null,
      subject: record.subject,
      sessionId: record.sessionId ?? null,
      audience: record.audience ?? null,
      channel: record.channel ?? null,
      claims: record.claims ?? null,
      issuedAt: iso(record.issuedAt),
      expiresAt: iso(record.ticketExpiresAt),
      sessionExpiresAt: iso(record.expiresAt),
      sessionExpiresIn: sessionExpiresIn(record),
      revocationKeys: revocationKeysOf(record),
      revocationPosition: revocationPosition ?? null,
      traceId: ctx.state.traceId,
    });
  };

const iso = (ms: number): string => new Date(ms).toISOString();

const NAMES = ['ticket', 'audience', 'origin', 'path', 'fetchSite', 'host'] as const;

/** What the body presents. A misspelt name is an error: the ticket would be compared with less than meant. */
const presentationOf = (body: JsonObject): Presentation => {
  requireKnownMembers(body, NAMES);
  const ticket = textOf(body, 'ticket');
  if (ticket === undefined) throw badRequest('"ticket" must be there');
  // `null` says that the handshake had no origin; without the member, the gateway has not looked.
  const origin = body.origin === null ? null : textOf(body, 'origin');
  const [audience, path, fetchSite, host] = (['audience', 'path', 'fetchSite', 'host'] as const).map((name) =>
    textOf(body, name),
  );
  return { ticket, audience, origin, path, fetchSite, host };
};

// Of any length: no ticket is bound to an empty text, or to one that is too long.
const textOf = (body: JsonObject, name: (typeof NAMES)[number]): string | undefined => {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw badRequest(`"${name}" must be a string`);
  return value;
};
