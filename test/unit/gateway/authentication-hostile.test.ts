import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { authentication, redeemed, withTicket } from '../../support/authentication.ts';
import { hostileValues } from '../../support/hostile-values.ts';

/** A request whose parts throw when they are read. */
const throwing = (names: readonly string[], value: unknown) => {
  const get = () => {
    throw value;
  };
  return Object.defineProperties(withTicket(), Object.fromEntries(names.map((name) => [name, { get }])));
};

describe('ticketd/gateway authenticate() with hostile code', () => {
  for (const [what, value] of Object.entries(hostileValues())) {
    const raise = () => {
      throw value;
    };

    it(`answers 503 and does not redeem when audience() throws ${what}`, async () => {
      const { refusalOf, asked, events } = authentication(redeemed, { audience: raise });
      expect(await refusalOf(withTicket())).to.include({ status: 503, errorCode: 'WS_TICKET_REDIS_NOT_READY' });
      expect(asked).to.deep.equal([]);
      expect(events).to.have.length(1);
      expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
    });

    it(`answers 503 WS_TICKET_OUTCOME_UNKNOWN when the redeem fails with ${what}`, async () => {
      for (const redeem of [raise, async () => raise()]) {
        const { refusalOf, events } = authentication(redeem);
        expect(await refusalOf(withTicket())).to.include({ status: 503, errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' });
        expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
      }
    });

    for (const part of ['url', 'headers', 'rawHeaders', 'headersDistinct'])
      it(`answers 503 and does not redeem when request.${part} throws ${what}`, async () => {
        const { refusalOf, asked, events } = authentication(redeemed);
        expect(await refusalOf(throwing([part], value))).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
        expect(asked).to.deep.equal([]);
        expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
      });

    if (what !== 'a redeemed ticket')
      it(`refuses the handshake when the redeem resolves with ${what}`, async () => {
        const { refusalOf } = authentication(async () => value as never);
        expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' });
      });

    if (value !== undefined && value !== null && typeof value !== 'string')
      it(`answers 503 and reports gateway_misconfigured when audience() returns ${what}`, async () => {
        const { refusalOf, asked, events } = authentication(redeemed, { audience: () => value as never });
        expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
        expect(events[0]).to.include({
          event: 'gateway_misconfigured',
          level: 'error',
          error: 'audience: the function must return a string or undefined',
        });
        expect(asked).to.deep.equal([]);
      });
  }

  it('admits a request without headersDistinct, as some frameworks make it', async () => {
    const { authenticate } = authentication(redeemed);
    const request = { url: `/?ticket=${newTicket()}`, headers: {}, rawHeaders: [] } as unknown as IncomingMessage;
    expect((await authenticate(request)).outcome).to.equal('admitted');
  });

  for (const [what, make] of Object.entries<() => unknown>({
    'no request': () => undefined,
    'a request without headers': () => ({ url: '/', rawHeaders: [] }),
    'a request without rawHeaders': () => ({ url: '/?ticket=x', headers: {}, headersDistinct: {} }),
    'a frozen request': () => Object.freeze({ url: '/?ticket=x', headers: {}, headersDistinct: {}, rawHeaders: [] }),
  }))
    it(`answers 503 to ${what}, as a framework may make it`, async () => {
      const { refusalOf, events } = authentication(redeemed);
      expect(await refusalOf(make() as IncomingMessage)).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
      expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
    });
});
