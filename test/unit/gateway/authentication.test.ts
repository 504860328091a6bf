import { expect } from 'chai';
import type { GatewayEvent } from '../../../src/gateway/events.ts';
import type { RedeemResult } from '../../../src/gateway/redeemer.ts';
import { digestOf, newTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { authentication, IDENTITY, type Redeem, redeemed, rejected, withTicket } from '../../support/authentication.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

describe('ticketd/gateway authenticate()', () => {
  it('admits the subject of a redeemed ticket, with the trace id and subprotocols of the handshake', async () => {
    const { authenticate, asked, events } = authentication(redeemed, { audience: 'chat' });
    const ticket = newTicket();
    const headers = { 'Sec-WebSocket-Protocol': 'v1.chat', Origin: 'https://a.example', 'X-Request-Id': 'id-1' };
    const verdict = await authenticate(withTicket(ticket, headers));
    expect(verdict).to.deep.equal({
      outcome: 'admitted',
      admission: { ...IDENTITY, traceId: 'id-1', protocols: ['v1.chat'] },
    });
    expect(asked).to.deep.equal([
      {
        ticket,
        audience: 'chat',
        origin: 'https://a.example',
        path: '/',
        fetchSite: undefined,
        host: undefined,
        traceId: 'id-1',
      },
    ]);
    const [{ durationMs, ...event } = expect.fail()] = events as readonly (GatewayEvent & { durationMs: number })[];
    expect(event).to.deep.equal({
      event: 'upgrade_admitted',
      level: 'info',
      traceId: 'id-1',
      ticketId: ticketIdOf(digestOf(ticket)),
      subject: 'alice',
      sessionId: 'session-1',
    });
    expect(durationMs).to.be.within(0, 30_000);
    expect(events).to.have.length(1);
  });

  it('returns the refusal of the redeem and reports its reason in the event only', async () => {
    const { refusalOf, events } = authentication(rejected);
    expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_NOT_REDEEMABLE', status: 403 });
    expect(events[0]).to.include({ event: 'upgrade_refused', level: 'warn', reason: 'used' });
  });

  for (const [what, request, expected] of [
    ['no ticket', () => upgradeMessage('/'), { errorCode: 'WS_TICKET_MISSING', reason: undefined }],
    ['a malformed ticket', () => withTicket('wst_x'), { errorCode: 'WS_TICKET_NOT_REDEEMABLE', reason: 'malformed' }],
    [
      'two tickets',
      () => upgradeMessage(`/?ticket=${newTicket()}&ticket=${newTicket()}`),
      { errorCode: 'WS_TICKET_NOT_REDEEMABLE', reason: 'malformed' },
    ],
    [
      'an origin of 513 characters',
      () => withTicket(newTicket(), { Origin: 'o'.repeat(513) }),
      { errorCode: 'WS_TICKET_NOT_REDEEMABLE', reason: 'origin' },
    ],
  ] as const)
    it(`refuses a handshake with ${what} and does not redeem`, async () => {
      const { refusalOf, asked, events } = authentication(redeemed);
      expect(await refusalOf(request())).to.include(expected);
      expect(asked).to.deep.equal([]);
      expect(events).to.have.length(1);
      expect(events[0]).to.include({ event: 'upgrade_refused', ...expected });
    });

  it('refuses an audience of 129 characters and does not redeem; redeems with one of 128', async () => {
    const { authenticate, asked, events } = authentication(redeemed, { audience: ({ url = '' }) => url.slice(1) });
    const verdictOn = async (length: number) =>
      (await authenticate(upgradeMessage(`/${'a'.repeat(length)}?ticket=${newTicket()}`))).outcome;
    expect(await verdictOn(129)).to.equal('refused');
    expect(events[0]).to.include({ event: 'upgrade_refused', reason: 'audience' });
    expect(asked).to.deep.equal([]);
    expect(await verdictOn(128)).to.equal('admitted');
    expect(asked[0]?.audience).to.have.length(128);
  });

  it('redeems with an origin of 512 characters, and without an origin', async () => {
    const { authenticate, asked } = authentication(redeemed);
    await authenticate(withTicket(newTicket(), { Origin: 'o'.repeat(512) }));
    await authenticate(withTicket());
    expect(asked.map(({ origin }) => origin?.length)).to.deep.equal([512, undefined]);
  });

  it('treats null from the audience function as no audience', async () => {
    const { authenticate, asked } = authentication(redeemed, { audience: () => null as never });
    expect((await authenticate(withTicket())).outcome).to.equal('admitted');
    expect(asked[0]?.audience).to.equal(undefined);
  });

  it('calls the audience function after it has removed the ticket from the request', async () => {
    const seen: unknown[] = [];
    const { authenticate } = authentication(redeemed, { audience: ({ url }) => void seen.push(url) as undefined });
    await authenticate(withTicket());
    expect(seen).to.deep.equal(['/']);
  });

  it('answers 503 with retryAfter 2 to a handshake beyond maxPending', async () => {
    let settle = (_result: RedeemResult) => {};
    const pending = new Promise<RedeemResult>((resolve) => {
      settle = resolve;
    });
    const { authenticate, refusalOf, events, asked } = authentication(() => pending, { maxPending: 2 });
    const first = [authenticate(withTicket()), authenticate(withTicket())];
    expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 2 });
    expect(events[0]).to.include({ event: 'redeem_failed', error: '2 redeems are in flight' });
    expect(asked).to.have.length(2);
    settle(await redeemed());
    expect((await Promise.all(first)).map(({ outcome }) => outcome)).to.deep.equal(['admitted', 'admitted']);
  });

  it('allows no more than maxPending concurrent handshakes after earlier ones have finished', async () => {
    let answer: Redeem = redeemed;
    const { authenticate, refusalOf } = authentication((handshake) => answer(handshake), { maxPending: 1 });
    for (let count = 0; count < 3; count += 1) await authenticate(withTicket());
    let settle = (_result: RedeemResult) => {};
    answer = () =>
      new Promise((resolve) => {
        settle = resolve;
      });
    const first = authenticate(withTicket());
    expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
    settle({ outcome: 'redeemed', identity: IDENTITY });
    expect((await first).outcome).to.equal('admitted');
  });

  for (const [what, redeem] of Object.entries<Redeem>({
    'is refused': rejected,
    'is redeemed': redeemed,
    rejects: () => Promise.reject(new Error('broken')),
    throws: () => {
      throw new Error('broken');
    },
  }))
    it(`frees the maxPending slot of a redeem that ${what}, 1,000 times in a row`, async () => {
      const { authenticate, asked } = authentication(redeem, { maxPending: 1 });
      for (let count = 0; count < 1000; count += 1) await authenticate(withTicket());
      expect(asked).to.have.length(1000);
    });
});
