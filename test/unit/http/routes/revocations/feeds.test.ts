import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createApp } from '../../../../../src/http/app.ts';
import type { AuthenticationCheck } from '../../../../../src/http/middleware/authentication-throttle.ts';
import type { Middleware } from '../../../../../src/http/middleware/context.ts';
import { RequestError } from '../../../../../src/http/middleware/error-mapping.ts';
import { createRevocationFeeds, type RevocationFeeds } from '../../../../../src/http/routes/revocations/feeds.ts';
import { revocationsRoute } from '../../../../../src/http/routes/revocations/revocations.ts';
import { REVOCATIONS_PATH } from '../../../../../src/protocol/paths.ts';
import { createMemoryRevocationLog } from '../../../../../src/tickets/memory-revocation-log.ts';
import type { RevocationLog } from '../../../../../src/tickets/revocation-log.ts';
import { recordEvents } from '../../../../support/emitted.ts';
import { turns } from '../../../../support/frozen-time.ts';
import { type RunningListener, startListener } from '../../../../support/listener.ts';
import { rawRequest } from '../../../../support/raw-http.ts';
import { openFeed } from '../../../../support/revocation-feed.ts';
import { until } from '../../../../support/until.ts';

const MAX_FEEDS = 256;

describe('revocation feeds of a listener', () => {
  let log: RevocationLog;
  let feeds: RevocationFeeds;
  let listener: RunningListener;
  let events: ReturnType<typeof recordEvents>;
  let requireKey: AuthenticationCheck;
  const sockets: Socket[] = [];
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  before(() => process.on('warning', warn));
  after(() => process.off('warning', warn));

  const start = async (over: Partial<RevocationLog> = {}): Promise<void> => {
    events = recordEvents();
    log = { ...createMemoryRevocationLog(), ...over };
    feeds = createRevocationFeeds({ log, emit: events.emit });
    requireKey = () => {};
    const authenticate: Middleware = (_ctx, next) => next();
    const routes = [revocationsRoute({ authenticate, requireKey: (ctx) => requireKey(ctx), feeds })];
    listener = await startListener(createApp({ listener: 'internal', routes, emit: events.emit }));
  };
  beforeEach(() => start());
  afterEach(async () => {
    feeds.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await listener.stop(AbortSignal.timeout(5000));
  });

  const eventsOf = (name: string) => events.emitted.filter(({ event }) => event === name).map(({ fields }) => fields);

  it(`are ${MAX_FEEDS} at most: one more gets 503 SERVICE_OVERLOADED until one closes`, async () => {
    const open = await Promise.all(Array.from({ length: MAX_FEEDS }, () => openFeed(listener.url)));
    expect(open.map(({ status }) => status)).to.deep.equal(open.map(() => 200));
    const refused = await openFeed(listener.url);
    expect(refused.status).to.equal(503);
    expect(refused.headers).to.include({ 'retry-after': '1', 'content-type': 'application/json; charset=utf-8' });
    expect(feeds.count()).to.equal(MAX_FEEDS);
    await log.append('key');
    await Promise.all(open.map((feed) => feed.untilMessages(2)));
    expect(open.map(({ keys }) => keys)).to.deep.equal(open.map(() => ['key']));

    open[0]?.close();
    await until('a feed is closed', () => feeds.count() === MAX_FEEDS - 1);
    expect((await openFeed(listener.url)).status).to.equal(200);
    feeds.close();
    for (const feed of open.slice(1)) expect(await feed.ended).to.equal(true);
  });

  it('are logged when they open and when they close, with the reason', async () => {
    const [first, second] = [await openFeed(listener.url), await openFeed(listener.url)];
    first.close();
    await until('a feed is closed', () => feeds.count() === 1);
    feeds.close();
    await second.ended;
    const [opened, closed] = [eventsOf('revocation_feed_opened'), eventsOf('revocation_feed_closed')];
    expect(opened.map(({ traceId, feeds: count }) => [traceId, count])).to.deep.equal([
      [first.headers['x-trace-id'], 1],
      [second.headers['x-trace-id'], 2],
    ]);
    expect(closed.map(({ traceId, feeds: count, reason }) => [traceId, count, reason])).to.deep.equal([
      [first.headers['x-trace-id'], 1, 'client'],
      [second.headers['x-trace-id'], 0, 'stop'],
    ]);
    expect(opened[0]?.address).to.equal('127.0.0.1');
    expect(eventsOf('request'), 'a stream is no request').to.deep.equal([]);
  });

  const refusals: readonly (readonly [how: string, check: AuthenticationCheck])[] = [
    [
      'throws',
      () => {
        throw new RequestError('GATEWAY_UNAUTHORIZED');
      },
    ],
    ['rejects', () => Promise.reject(new RequestError('GATEWAY_UNAUTHORIZED'))],
  ];
  for (const [how, refuse] of refusals)
    it(`end with the reason key when the check of their key ${how}, and stay open otherwise`, async () => {
      const [refused, accepted] = [await openFeed(listener.url), await openFeed(listener.url)];
      const traceId = refused.headers['x-trace-id'];
      requireKey = (ctx) => (ctx.state.traceId === traceId ? refuse(ctx) : undefined);
      feeds.endUnauthorized();
      expect(await refused.ended).to.equal(true);
      expect(eventsOf('revocation_feed_closed').map((fields) => [fields.traceId, fields.reason])).to.deep.equal([
        [traceId, 'key'],
      ]);
      await log.append('key');
      await accepted.untilMessages(2);
      expect(accepted.keys).to.deep.equal(['key']);
    });

  it('are refused with 503 and Retry-After when the end of the log is not known', async () => {
    await listener.stop(AbortSignal.timeout(5000));
    await start({ recentPosition: () => undefined });
    const { status, headers } = await openFeed(listener.url);
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.equal('2');
    expect(feeds.count()).to.equal(0);
  });

  it('are refused with 503 once they were closed', async () => {
    feeds.close();
    expect((await openFeed(listener.url)).status).to.equal(503);
  });

  it('answer HEAD with the headers alone, and open nothing', async () => {
    const { status, headers, ended, messages } = await openFeed(listener.url, { method: 'HEAD' });
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(await ended).to.equal(true);
    expect(messages).to.deep.equal([]);
    expect(feeds.count()).to.equal(0);
    expect(eventsOf('revocation_feed_opened')).to.deep.equal([]);
  });

  it('end when their client does not read, which resumes without a gap; others are not affected', async () => {
    const reader = await openFeed(listener.url);
    const slow = connect(listener.port, '127.0.0.1').pause();
    sockets.push(slow);
    await once(slow, 'connect');
    slow.write(rawRequest(`GET ${REVOCATIONS_PATH} HTTP/1.1`, ['Host: x', '', '']));
    await until('both feeds are open', () => feeds.count() === 2);

    const keys: string[] = [];
    let lagSeconds = 0;
    // Each turn gives the kernel what it takes.
    while (feeds.count() === 2) {
      for (let count = 0; count < 1000; count += 1) {
        keys.push(`key-${keys.length}`);
        await log.append(String(keys.at(-1)));
      }
      await turns(1);
      lagSeconds = Math.max(lagSeconds, feeds.lagSeconds());
    }
    expect(lagSeconds).to.be.above(0);
    expect(eventsOf('revocation_feed_closed').map(({ reason }) => reason)).to.deep.equal(['slow']);

    let received = '';
    slow.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    slow.on('error', () => {});
    slow.resume();
    await once(slow, 'close');
    const blocks = received.split('\n\n').slice(0, -1);
    const lastEventId = /id: (\S+)/.exec(blocks.findLast((block) => block.includes('id: ')) ?? '')?.[1];
    const seen = [...received.matchAll(/"key":"(key-\d+)"}\n\n/g)].map(([, key]) => key);
    const resumed = await openFeed(listener.url, { lastEventId });
    await until('the rest', () => seen.length + resumed.keys.length >= keys.length);
    expect([...seen, ...resumed.keys]).to.deep.equal(keys);
    await until('the other feed has all', () => reader.keys.length >= keys.length);
    expect(reader.keys).to.deep.equal(keys);
    expect([feeds.count(), feeds.lagSeconds()]).to.deep.equal([2, 0]);
    expect(warnings).to.deep.equal([]);
  });
});
