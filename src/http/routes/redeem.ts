import { Router } from '@koa/router';
import type { Emit } from '../../log/events.ts';
import { sessionExpiresIn } from '../../tickets/lifetime.ts';
import type { RedeemTicket } from '../../tickets/redeem.ts';
import type { TicketStore } from '../../tickets/store.ts';
import { paceBadCredentials } from '../middleware/authentication-throttle.ts';
import type { Middleware, RequestState } from '../middleware/context.ts';
import { requireGatewayKey } from '../middleware/gateway-key.ts';
import { readJsonObject } from '../middleware/json-body.ts';
import { answerJson } from '../middleware/response.ts';
import { logOutage, requireStore } from '../middleware/store-outage.ts';
import { BAD_CREDENTIALS } from '../server/limits.ts';
import { presentationOf } from './redeem-request.ts';
import { redeemFor } from './redemption.ts';

export interface RedeemRoutesOptions {
  readonly keys: readonly string[];
  readonly store: TicketStore;
  readonly redeem: RedeemTicket;
  readonly emit: Emit;
}

/** What gateways call with their key. */
export const redeemRoutes = ({ keys, store, redeem, emit }: RedeemRoutesOptions): Router<RequestState> => {
  const router = new Router<RequestState>({ prefix: '/api/v1/auth' });
  const paced = paceBadCredentials({ limits: BAD_CREDENTIALS, emit });
  const admit = [logOutage(emit), paced, requireGatewayKey(keys), requireStore(store)];
  router.post('/ws-ticket/redeem', ...admit, redeemTicket(redeem, emit));
  return router;
};

const redeemTicket =
  (redeem: RedeemTicket, emit: Emit): Middleware =>
  async (ctx) => {
    const presentation = presentationOf(await readJsonObject(ctx));
    const record = await redeemFor(ctx, { redeem, emit, via: 'http' }, presentation);
    answerJson(ctx, {
      active: true,
      issuer: record.issuer ?? null,
      subject: record.subject,
      sessionId: record.sessionId ?? null,
      audience: record.audience ?? null,
      channel: record.channel ?? null,
      issuedAt: iso(record.issuedAt),
      expiresAt: iso(record.ticketExpiresAt),
      sessionExpiresAt: iso(record.expiresAt),
      sessionExpiresIn: sessionExpiresIn(record),
      traceId: ctx.state.traceId,
    });
  };

const iso = (ms: number): string => new Date(ms).toISOString();
