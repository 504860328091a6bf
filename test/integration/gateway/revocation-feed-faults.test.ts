import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { HttpRedeemOptions } from '../../../src/gateway/options.ts';
import { revocationsOverHttp } from '../../../src/gateway/revocations-over-http.ts';
import { type FakeTicketd, startFakeTicketd } from '../../support/fake-ticketd.ts';
import { freePort } from '../../support/free-port.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { closeAll, stranger, tlsStranger } from '../../support/over-http.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { positionOf } from '../../support/revocations.ts';
import { run } from '../../support/run.ts';
import { type Authority, type Certificate, createAuthority } from '../../support/tls.ts';

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, headers).end();

/** A stream with this text, which stays open by default. */
const events =
  (text: string, then?: 'end'): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }).write(`:\n\n${text}`);
    if (then === 'end') response.end();
  };

const LIMIT_NS = 20_000_000_000n;

/** Waits while time stands still: sockets are real. */
const happens = async (what: string, holds: () => boolean): Promise<void> => {
  for (const startedAt = process.hrtime.bigint(); !holds(); await turns(1))
    if (process.hrtime.bigint() - startedAt > LIMIT_NS) throw new Error(`did not happen: ${what}`);
};

describe('ticketd/gateway feed of revocations when it fails', () => {
  let ticketd: FakeTicketd;
  let clock: SinonFakeTimers;
  let stop: () => void;
  let calls: unknown[][];
  let authority: Authority;
  let certificate: Certificate;
  before(async () => {
    authority = await createAuthority();
    certificate = await authority.certify('DNS:localhost');
  });
  after(() => authority.remove());
  beforeEach(async () => {
    ticketd = await startFakeTicketd();
    clock = freezeTime();
    calls = [];
  });
  afterEach(async () => {
    stop();
    clock.restore();
    ticketd.stop();
    await closeAll();
  });

  const follow = (options: Partial<HttpRedeemOptions> = {}, random?: () => number) => {
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        void calls.push([name, ...args]);
    stop = revocationsOverHttp({ url: ticketd.url, key: GATEWAY_KEY, ...options }, random).follow({
      resumeFrom: () => positionOf(0),
      onConnected: record('connected'),
      onRevoked: record('revoked'),
      onReset: record('reset'),
      onMalformed: record('malformed'),
      onLost: record('lost'),
    });
  };
  const callsOf = (name: string) => calls.filter(([other]) => other === name);
  const lost = (count: number) => happens(`attempt ${count} has failed`, () => callsOf('lost').length === count);
  const connected = (count: number) =>
    happens(`connection ${count}`, () => callsOf('connected').length + callsOf('reset').length === count);
  const requested = (count: number) => happens(`request ${count}`, () => ticketd.feeds.length === count);

  it('connects again when nothing has arrived for 25 s, and not while comments arrive', async () => {
    follow();
    await connected(1);
    for (let n = 0; n < 5; n += 1) {
      clock.tick(24_999);
      ticketd.feeds[0]?.response.write(': ping\n\n');
      await turns(10);
    }
    clock.tick(24_999);
    expect(callsOf('lost')).to.deep.equal([]);
    clock.tick(1);
    await lost(1);
    expect(callsOf('lost')).to.deep.equal([['lost', `ticketd at ${ticketd.url}: no data within 25000 ms`]]);
    await ticketd.feeds[0]?.closed;
    clock.tick(2000);
    await connected(2);
  });

  it('connects again when there is no response within 5 s', async () => {
    ticketd.answerFeeds(() => {});
    follow();
    await requested(1);
    clock.tick(4999);
    expect(calls).to.deep.equal([]);
    clock.tick(1);
    await lost(1);
    ticketd.answerFeeds();
    clock.tick(2000);
    await connected(1);
  });

  for (const [what, listener, error, waitMs] of [
    ['404', status(404), 'there is no feed of revocations: it is an older version', 30_000],
    ['401', status(401), 'the key is not one of its GATEWAY_KEYS', 30_000],
    ['403', status(403), 'it returned 403 without a feed', 30_000],
    ['a redirect', status(302, { Location: '/elsewhere' }), 'it returned 302 without a feed', 30_000],
    ['200 with a page', status(200, { 'Content-Type': 'text/html' }), 'it returned 200 without a feed', 30_000],
    [
      '503 with Retry-After',
      status(503, { 'Retry-After': '7' }),
      'it returned 503: it cannot read revocations now',
      7000,
    ],
    ['503 with a Retry-After of an hour', status(503, { 'Retry-After': '3600' }), 'it returned 503', 30_000],
    ['503 with a date as Retry-After', status(503, { 'Retry-After': new Date(0).toUTCString() }), 'it returned 503', 0],
    ['502', status(502), 'it returned 502 without a feed', 0],
    ['a feed without a position', events('data: x\n\n'), 'the feed does not begin with a position', 0],
    ['an endless line', events('x'.repeat(70_000)), 'an event is too long', 0],
    ['a feed that ends', events('', 'end'), 'the feed ended', 0],
  ] as const)
    it(`reports ${what}, and tries again after ${waitMs} ms and a backoff`, async () => {
      ticketd.answerFeeds(listener);
      follow();
      await lost(1);
      expect(calls.map(([name]) => name)).to.deep.equal(['lost']);
      expect(calls[0]?.[1]).to.include(`ticketd at ${ticketd.url}: ${error}`);
      ticketd.answerFeeds();
      clock.tick(waitMs + 99);
      await turns(10);
      expect(ticketd.feeds).to.have.lengthOf(1);
      clock.tick(2000);
      await connected(1);
    });

  for (const [random, delays, retryAfter] of [
    [0, [100, 100, 100, 100, 100, 100]],
    [1, [400, 800, 1600, 2000, 2000, 2000]],
    [1, [2400, 2400, 2400, 2400, 2400, 2400], 2],
  ] as const)
    it(`tries again after ${delays.join(', ')} ms where the jitter is ${random} and Retry-After ${retryAfter ?? 'absent'}, and soon after a long connection`, async () => {
      ticketd.answerFeeds(status(503, retryAfter && { 'Retry-After': String(retryAfter) }));
      follow({}, () => random);
      for (const [at, ms] of delays.entries()) {
        await lost(at + 1);
        clock.tick(ms - 1);
        await turns(5);
        expect(ticketd.feeds).to.have.lengthOf(at + 1);
        if (at === delays.length - 1) ticketd.answerFeeds();
        clock.tick(1);
        await requested(at + 2);
      }
      await connected(1);
      clock.tick(2000);
      ticketd.feeds.at(-1)?.response.end();
      await lost(delays.length + 1);
      clock.tick(random === 0 ? 100 : 200);
      await connected(2);
    });

  it('reports an address where nothing listens', async () => {
    follow({ url: `http://127.0.0.1:${await freePort()}` });
    await lost(1);
    expect(String(calls[0]?.[1])).to.include('ECONNREFUSED');
  });

  it('reports an agent that throws', async () => {
    follow({ agent: new TlsAgent() });
    await lost(1);
    expect(String(calls[0]?.[1])).to.include('Protocol "http:" not supported');
  });

  it('uses the agent of the options, for example with a private certificate authority', async () => {
    const url = await tlsStranger(certificate, events(`id: ${positionOf(0)}\n\n`));
    const agent = new TlsAgent({ ca: readFileSync(authority.caFile) });
    follow({ url, agent });
    await connected(1);
    stop();
    follow({ url });
    await lost(1);
    expect(String(callsOf('lost')[0]?.[1])).to.match(/certificate/);
    agent.destroy();
  });

  it('passes a reset on, in the middle of a feed also', async () => {
    const reset = (at: number) => `event: reset\nid: ${positionOf(at)}\ndata: {}\n\n`;
    ticketd.answerFeeds(events(`${reset(3)}${reset(4)}`));
    follow();
    await connected(2);
    expect(calls).to.deep.equal([
      ['reset', positionOf(3)],
      ['reset', positionOf(4)],
    ]);
  });

  it('makes no call and no request once it is stopped, whether it waits, connects or reads', async () => {
    ticketd.answerFeeds(status(500));
    follow();
    await lost(1);
    stop();
    ticketd.answerFeeds(() => {});
    follow();
    await requested(2);
    stop();
    ticketd.answerFeeds();
    follow();
    await connected(1);
    stop();
    ticketd.revoke('any');
    for (let n = 0; n < 10; n += 1) {
      clock.tick(30_000);
      await turns(5);
    }
    expect(calls.map(([name]) => name)).to.deep.equal(['lost', 'connected']);
    expect({ feeds: ticketd.feeds.length, timers: clock.countTimers() }).to.deep.equal({ feeds: 3, timers: 0 });
  });
});

describe('ticketd/gateway without a server', () => {
  afterEach(closeAll);

  /** A gateway and nothing else: prints which of its resources keep the process running, and must then exit. */
  const program = (url: string) => `
    import { setImmediate } from 'node:timers/promises';
    import { createGateway } from './src/gateway/gateway.ts';
    const gateway = createGateway({ redeem: { url: '${url}', key: '${GATEWAY_KEY}' }, onEvent: () => {} });
    await gateway.start().catch(() => {});
    // The connection of the redeem becomes idle.
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    console.log(process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout/.test(name)));`;
  const exit = (url: string) =>
    run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program(url)]);

  for (const [what, feed] of [
    ['follows a feed', events(`id: ${positionOf(0)}\n\n`)],
    ['waits for a response', () => {}],
    ['waits for another attempt', status(404)],
  ] as const)
    it(`does not keep the process running while it ${what}`, async () => {
      // start() is answered once the feed has been requested.
      let requested = () => {};
      const isRequested = new Promise<void>((resolve) => {
        requested = resolve;
      });
      const url = await stranger(async (request, response) => {
        if (request.method === 'POST') {
          await isRequested;
          response.writeHead(400).end('{"errorCode":"BAD_REQUEST"}');
        } else {
          feed(request, response);
          requested();
        }
      });
      expect(await exit(url.replace('127.0.0.1', 'localhost'))).to.equal('[]');
    });

  it('does not keep the process running while nothing listens', async () => {
    expect(await exit(`http://localhost:${await freePort()}`)).to.equal('[]');
  });
});
