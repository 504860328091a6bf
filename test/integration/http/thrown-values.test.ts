import { expect } from 'chai';
import request from 'supertest';
import { cidrList } from '../../../src/config/cidrs.ts';
import { createApp } from '../../../src/http/app.ts';
import { requireGatewayKey } from '../../../src/http/middleware/authenticate.ts';
import { createAuthenticationThrottle } from '../../../src/http/middleware/authentication-throttle.ts';
import { forwardAuthRoutes } from '../../../src/http/routes/forward-auth/forward-auth.ts';
import { redeemRoute } from '../../../src/http/routes/redeem.ts';
import { BAD_CREDENTIALS } from '../../../src/http/server/limits.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import type { RedeemTicket } from '../../../src/tickets/redeem.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { recordEvents } from '../../support/emitted.ts';
import { hostileValues } from '../../support/hostile-values.ts';
import { bearer } from '../../support/jwt.ts';
import { GATEWAY_KEY, REDEEM_PATH } from '../../support/redeem.ts';

const GATEWAY_KEYS = [GATEWAY_KEY];

describe('redeem with unexpected values', () => {
  const { emit, emitted } = recordEvents();
  const appWith = (redeem: RedeemTicket) => {
    const throttled = createAuthenticationThrottle({ limits: BAD_CREDENTIALS, emit });
    const routes = [
      redeemRoute({
        authenticate: throttled(requireGatewayKey(() => GATEWAY_KEYS)),
        store: createMemoryStore(),
        redeem,
        emit,
      }),
      forwardAuthRoutes({ trusted: cidrList('0.0.0.0/0,::/0'), redeem, emit }),
    ];
    return createApp({ listener: 'internal', routes, emit });
  };

  const WAYS = {
    'POST /ws-ticket/redeem': (redeem: RedeemTicket) =>
      request(appWith(redeem)).post(REDEEM_PATH).set(bearer(GATEWAY_KEY)).send({ ticket: newTicket() }),
    'GET /forward-auth/nginx': (redeem: RedeemTicket) =>
      request(appWith(redeem)).get('/forward-auth/nginx').set('X-Original-URI', `/ws?ticket=${newTicket()}`),
  };

  for (const [way, ask] of Object.entries(WAYS))
    for (const [what, value] of Object.entries(hostileValues())) {
      it(`${way} returns 500 when the redeem throws ${what}`, async () => {
        const before = emitted.length;
        const { status, headers, body } = await ask(async () => {
          throw value;
        });
        expect({ status, errorCode: body.errorCode }).to.deep.equal({ status: 500, errorCode: 'INTERNAL_ERROR' });
        expect(Object.keys(headers).filter((name) => name.startsWith('x-ticketd'))).to.deep.equal([]);
        expect(emitted.slice(before).map(({ event }) => event)).to.include('internal_error');
      });

      if (what !== 'a redeemed ticket')
        it(`${way} returns 403 or 500 when the redeem resolves with ${what}`, async () => {
          const { status } = await ask(() => Promise.resolve(value as never));
          expect(status).to.be.oneOf([403, 500]);
        });
    }
});
