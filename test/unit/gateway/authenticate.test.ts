import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { type AuthenticationOptions, createAuthentication } from '../../../src/gateway/authenticate.ts';
import type { GatewayEvent } from '../../../src/gateway/events.ts';
import type { Handshake, Identity, RedeemResult } from '../../../src/gateway/redeemer.ts';
import { UpgradeRefused } from '../../../src/gateway/refused.ts';
import { digestOf, newTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { hostileValues } from '../../support/hostile-values.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

const IDENTITY: Identity = {
  subject: 'alice',
  sessionId: 'session-1',
  audience: undefined,
  channel: undefined,
  issuedAt: new Date(0),
  sessionExpiresAt: new Date(60_000),
  sessionExpiresIn: 60,
};

const redeemed = async (): Promise<RedeemResult> => ({ outcome: 'redeemed', identity: IDENTITY });

const rejected = async ({ traceId }: Handshake): Promise<RedeemResult> => ({
  outcome: 'refused',
  refusal: new UpgradeRefused('WS_TICKET_NOT_REDEEMABLE', { traceId, reason: 'used' }),
});

type Redeem = AuthenticationOptions['redeemer']['redeem'];

/** An authentication with this redeem, and all that it asked and reported. */
const authentication = (redeem: Redeem, more: Partial<AuthenticationOptions> = {}) => {
  const asked: Handshake[] = [];
  const events: GatewayEvent[] = [];
  const redeemer = {
    redeem: (handshake: Handshake) => {
      asked.push(handshake);
      return redeem(handshake);
    },
  };
  const report = (event: GatewayEvent) => void events.push(event);
  const authenticate = createAuthentication({ redeemer, audience: undefined, maxPending: 1000, report, ...more });
  const refusalOf = async (request: IncomingMessage) => {
    const verdict = await authenticate(request);
    return verdict.outcome === 'refused' ? verdict.refusal : expect.fail('admitted');
  };
  return { asked, events, authenticate, refusalOf };
};

const withTicket = (ticket = newTicket(), headers = {}) => upgradeMessage(`/?ticket=${ticket}`, headers);

/** A request whose parts throw when they are read. */
const throwing = (names: readonly string[], value: unknown) => {
  const get = () => {
    throw value;
  };
  return Object.defineProperties(withTicket(), Object.fromEntries(names.map((name) => [name, { get }])));
};

describe('the authentication of a handshake', () => {
  it('admits who a redeemed ticket names, with the trace id and the subprotocols of the handshake', async () => {
    const { authenticate, asked, events } = authentication(redeemed, { audience: 'chat' });
    const ticket = newTicket();
    const headers = { 'Sec-WebSocket-Protocol': 'v1.chat', Origin: 'https://a.example', 'X-Request-Id': 'id-1' };
    const verdict = await authenticate(withTicket(ticket, headers));
    expect(verdict).to.deep.equal({
      outcome: 'admitted',
      admission: { ...IDENTITY, traceId: 'id-1', protocols: ['v1.chat'] },
    });
    expect(asked).to.deep.equal([{ ticket, audience: 'chat', origin: 'https://a.example', traceId: 'id-1' }]);
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

  it('passes on what the redeem refuses, with its reason for the log alone', async () => {
    const { refusalOf, events } = authentication(rejected);
    expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_NOT_REDEEMABLE', status: 403 });
    expect(events[0]).to.include({ event: 'upgrade_refused', level: 'warn', reason: 'used' });
  });

  for (const [what, request, expected] of [
    ['no ticket', () => upgradeMessage('/'), { errorCode: 'WS_TICKET_MISSING', reason: undefined }],
    ['what is no ticket', () => withTicket('wst_x'), { errorCode: 'WS_TICKET_NOT_REDEEMABLE', reason: 'malformed' }],
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
    it(`refuses ${what} without a redeem`, async () => {
      const { refusalOf, asked, events } = authentication(redeemed);
      expect(await refusalOf(request())).to.include(expected);
      expect(asked).to.deep.equal([]);
      expect(events).to.have.length(1);
      expect(events[0]).to.include({ event: 'upgrade_refused', ...expected });
    });

  it('refuses an audience of 129 characters without a redeem, and asks for one of 128', async () => {
    const { authenticate, asked } = authentication(redeemed, { audience: ({ url = '' }) => url.slice(1) });
    const verdictOn = async (length: number) =>
      (await authenticate(upgradeMessage(`/${'a'.repeat(length)}?ticket=${newTicket()}`))).outcome;
    expect(await verdictOn(129)).to.equal('refused');
    expect(asked).to.deep.equal([]);
    expect(await verdictOn(128)).to.equal('admitted');
    expect(asked[0]?.audience).to.have.length(128);
  });

  it('asks with an origin of 512 characters, and with none', async () => {
    const { authenticate, asked } = authentication(redeemed);
    await authenticate(withTicket(newTicket(), { Origin: 'o'.repeat(512) }));
    await authenticate(withTicket());
    expect(asked.map(({ origin }) => origin?.length)).to.deep.equal([512, undefined]);
  });

  it('takes null from an audience function for none', async () => {
    const { authenticate, asked } = authentication(redeemed, { audience: () => null as never });
    expect((await authenticate(withTicket())).outcome).to.equal('admitted');
    expect(asked[0]?.audience).to.equal(undefined);
  });

  it('calls the audience function when the ticket is out of the request already', async () => {
    const seen: unknown[] = [];
    const { authenticate } = authentication(redeemed, { audience: ({ url }) => void seen.push(url) as undefined });
    await authenticate(withTicket());
    expect(seen).to.deep.equal(['/']);
  });

  it('answers 503 to a handshake beyond those that may be under way', async () => {
    let settle = (_result: RedeemResult) => {};
    const pending = new Promise<RedeemResult>((resolve) => {
      settle = resolve;
    });
    const { authenticate, refusalOf, events, asked } = authentication(() => pending, { maxPending: 2 });
    const first = [authenticate(withTicket()), authenticate(withTicket())];
    expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 2 });
    expect(events[0]).to.include({ event: 'redeem_failed', error: '2 redeems are under way' });
    expect(asked).to.have.length(2);
    settle(await redeemed());
    expect((await Promise.all(first)).map(({ outcome }) => outcome)).to.deep.equal(['admitted', 'admitted']);
  });

  for (const [what, redeem] of Object.entries<Redeem>({
    'is refused': rejected,
    'is redeemed': redeemed,
    rejects: () => Promise.reject(new Error('broken')),
    throws: () => {
      throw new Error('broken');
    },
  }))
    it(`counts a redeem that ${what} as no longer under way, a thousand times`, async () => {
      const { authenticate, asked } = authentication(redeem, { maxPending: 1 });
      for (let count = 0; count < 1000; count += 1) await authenticate(withTicket());
      expect(asked).to.have.length(1000);
    });

  for (const [what, value] of Object.entries(hostileValues())) {
    const raise = () => {
      throw value;
    };

    it(`answers 503, ticket untouched, where the audience function throws ${what}`, async () => {
      const { refusalOf, asked, events } = authentication(redeemed, { audience: raise });
      expect(await refusalOf(withTicket())).to.include({ status: 503, errorCode: 'WS_TICKET_REDIS_NOT_READY' });
      expect(asked).to.deep.equal([]);
      expect(events).to.have.length(1);
      expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
    });

    it(`answers 503, ticket perhaps spent, where the redeem throws or rejects with ${what}`, async () => {
      for (const redeem of [raise, async () => raise()]) {
        const { refusalOf, events } = authentication(redeem);
        expect(await refusalOf(withTicket())).to.include({ status: 503, errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' });
        expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
      }
    });

    for (const part of ['url', 'headers', 'rawHeaders', 'headersDistinct'])
      it(`answers 503, ticket untouched, where request.${part} throws ${what}`, async () => {
        const { refusalOf, asked, events } = authentication(redeemed);
        expect(await refusalOf(throwing([part], value))).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
        expect(asked).to.deep.equal([]);
        expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
      });

    if (what !== 'a redeemed ticket')
      it(`admits nobody where the redeem resolves with ${what}`, async () => {
        const { refusalOf } = authentication(async () => value as never);
        expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' });
      });

    if (value !== undefined && value !== null && typeof value !== 'string')
      it(`answers 503, and blames the set-up, where the audience function returns ${what}`, async () => {
        const { refusalOf, asked, events } = authentication(redeemed, { audience: () => value as never });
        expect(await refusalOf(withTicket())).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
        expect(events[0]).to.include({ event: 'gateway_misconfigured', level: 'error' });
        expect(asked).to.deep.equal([]);
      });
  }

  it('admits a client of a framework whose requests lack headersDistinct', async () => {
    const { authenticate } = authentication(redeemed);
    const request = { url: `/?ticket=${newTicket()}`, headers: {}, rawHeaders: [] } as unknown as IncomingMessage;
    expect((await authenticate(request)).outcome).to.equal('admitted');
  });

  for (const [what, request] of Object.entries<unknown>({
    'no request': undefined,
    'a request without headers': { url: '/', rawHeaders: [] },
    'a request without rawHeaders': { url: '/?ticket=x', headers: {}, headersDistinct: {} },
    'a frozen request': Object.freeze({ url: '/?ticket=x', headers: {}, headersDistinct: {}, rawHeaders: [] }),
  }))
    it(`answers 503 to ${what}, as a framework may make it`, async () => {
      const { refusalOf, events } = authentication(redeemed);
      expect(await refusalOf(request as IncomingMessage)).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY' });
      expect(events[0]).to.include({ event: 'redeem_failed', level: 'error' });
    });
});
