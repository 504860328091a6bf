import { expect } from 'chai';
import request from 'supertest';
import { REVOCATIONS_PATH } from '../../../src/protocol/paths.ts';
import { positionOf } from '../../../src/protocol/revocation-entry.ts';
import { sessionKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { bearer, token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { GATEWAY_KEY, issueTicket, REVOKE_PATH, redeem, revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { openFeed, type RevocationFeed, untilFeed } from '../../support/revocation-feed.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const ISSUER = 'https://idp.example/';
const keyOf = (subject: string) => subjectKey({ issuer: ISSUER, subject });

describe('GET /revocations', () => {
  let redis: TestRedis;
  let here: RunningService;
  let elsewhere: RunningService;
  const feeds: RevocationFeed[] = [];

  before(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY };
    [here, elsewhere] = await Promise.all([startService(env), startService(env)]);
    for (const { internalUrl } of [here, elsewhere]) (await untilFeed(internalUrl)).close();
  });
  afterEach(() => {
    for (const feed of feeds.splice(0)) feed.close();
  });
  after(() => Promise.all([here.stop(), elsewhere.stop()]));

  const open = async ({ internalUrl }: RunningService, lastEventId?: string): Promise<RevocationFeed> => {
    const feed = await openFeed(internalUrl, { lastEventId });
    feeds.push(feed);
    return feed;
  };
  const end = async (service: RunningService, subject: string): Promise<void> => {
    const asked = request(service.internalUrl).post(REVOKE_PATH).set(bearer(GATEWAY_KEY));
    const { status } = await asked.send({ subject, issuer: ISSUER });
    expect(status).to.equal(204);
  };
  const scrape = async () => (await request(here.internalUrl).get('/metrics')).text;

  it('returns 200 with an event stream that starts with the position after which entries follow', async () => {
    await end(here, 'before');
    const feed = await open(here);
    const [start] = await feed.untilMessages(1);
    expect(feed.status).to.equal(200);
    expect(feed.headers).to.include({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'transfer-encoding': 'chunked',
    });
    expect(feed.headers['x-trace-id']).to.match(/^[\da-f]{32}$/);
    expect(Object.keys(start ?? {})).to.deep.equal(['id']);
    expect(start?.id).to.match(/^\d{13}-\d{10}$/);
    await end(here, 'after');
    await feed.untilMessages(2);
    expect(feed.keys).to.deep.equal([keyOf('after')]);
    expect(String(feed.lastId) > String(start?.id)).to.equal(true);
  });

  it('sends every revocation, whichever instance stored it, in the same order at every instance', async () => {
    const both = [await open(here), await open(elsewhere)] as const;
    const subjects = Array.from({ length: 30 }, (_, number) => `subject-${number}`);
    const jwt = token({ sub: 'bob', sessionId: 'session-7' });
    await Promise.all(subjects.map((subject, number) => end(number % 2 ? here : elsewhere, subject)));
    expect((await revoke(here, 'session', jwt)).status).to.equal(204);
    expect((await revoke(here, 'subject', jwt)).status).to.equal(204);
    await Promise.all(both.map((feed) => feed.untilMessages(subjects.length + 3)));
    const [mine, others] = both;
    expect(mine.messages.slice(1)).to.deep.equal(others.messages.slice(1));
    expect(mine.keys.slice(0, -2)).to.have.members(subjects.map(keyOf));
    const bob = { issuer: undefined, subject: 'bob', sessionId: 'session-7' };
    expect(mine.keys.slice(-2)).to.deep.equal([sessionKey(bob), subjectKey(bob)]);
    expect(JSON.stringify(mine.messages)).to.not.match(/bob|session-7|subject-/);
  });

  it('sends an entry that is after the position of the tickets redeemed before it, and up to that of later ones', async () => {
    const feed = await open(here);
    await end(here, 'someone');
    const positions: string[] = [];
    for (const service of [here, elsewhere]) {
      const { body: before } = await redeem(service, { ticket: await issueTicket(service) });
      expect((await revoke(elsewhere)).status).to.equal(204);
      const { body: after } = await redeem(service, { ticket: await issueTicket(service) });
      const alice = { issuer: undefined, subject: 'alice', sessionId: 'session-1' };
      expect(before.revocationKeys).to.deep.equal([subjectKey(alice), sessionKey(alice)]);
      expect(after.revocationKeys).to.deep.equal(before.revocationKeys);
      const sent = await feed.untilMessages(positions.length / 2 + 3);
      const entry = sent.at(-1);
      expect(JSON.parse(String(entry?.data)).key).to.equal(sessionKey(alice));
      expect(before.revocationPosition < String(entry?.id)).to.equal(true);
      expect(after.revocationPosition >= String(entry?.id)).to.equal(true);
      positions.push(before.revocationPosition, after.revocationPosition);
    }
    expect(positions).to.deep.equal(positions.toSorted());
  });

  it('resumes after Last-Event-ID, at any instance, each entry once, while entries arrive', async () => {
    const all = await open(here);
    const subjects = Array.from({ length: 150 }, (_, number) => `resumed-${number}`);
    let stored = 0;
    const storing = (async () => {
      for (const subject of subjects) {
        await end(stored % 2 ? here : elsewhere, subject);
        stored += 1;
      }
    })();
    const received: string[] = [];
    let lastId = (await all.untilMessages(1))[0]?.id;
    for (let round = 0; received.length < subjects.length; round += 1) {
      const feed = await open(round % 2 ? here : elsewhere, lastId);
      await until('an entry', () => feed.keys.length > 0);
      const { messages, keys } = feed;
      feed.close();
      expect(messages[0]?.id).to.equal(lastId);
      expect(messages.map(({ event }) => event)).to.not.include('reset');
      received.push(...keys);
      lastId = messages.at(-1)?.id ?? lastId;
    }
    await storing;
    await until('all entries', () => all.keys.length === subjects.length);
    expect(received).to.deep.equal(all.keys);
    expect(received).to.deep.equal(subjects.map(keyOf));
  });

  for (const [what, lastEventId] of [
    ['an unknown position', positionOf(1_700_000_000_000, 0)],
    ['a position from the future', positionOf(9_999_999_999_999, 0)],
    ['an ID of the stream', '1700000000000-0'],
    ['a position with other digits', positionOf(1_700_000_000_000, 0).replace('0', 'a')],
    ['another text', 'garbage'],
    ['a command', '$'],
  ] as const)
    it(`starts with a reset for ${what} as Last-Event-ID`, async () => {
      await end(here, 'before');
      const known = await open(here);
      const [start] = await known.untilMessages(1);
      const feed = await open(here, lastEventId);
      const [reset] = await feed.untilMessages(1);
      expect(reset).to.deep.equal({ event: 'reset', id: start?.id, data: '{}' });
      await end(here, 'after');
      await feed.untilMessages(2);
      expect(feed.keys).to.deep.equal([keyOf('after')]);
      expect(here.eventsOf('internal_error')).to.deep.equal([]);
    });

  for (const [name, header] of [
    ['no key', undefined],
    ['a wrong key', `Bearer ${'x'.repeat(40)}`],
    ['a valid JWT', `Bearer ${token()}`],
  ] as const)
    it(`returns 401 GATEWAY_UNAUTHORIZED for ${name}`, async () => {
      const asked = request(here.internalUrl).get(REVOCATIONS_PATH);
      const answer = await (header === undefined ? asked : asked.set('Authorization', header));
      expectRefusal(answer, 401, 'GATEWAY_UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
    });

  it('returns 405 with Allow for another method, 404 on the public listener and without GATEWAY_KEYS', async () => {
    const posted = await request(here.internalUrl).post(REVOCATIONS_PATH).set(bearer(GATEWAY_KEY));
    expectRefusal(posted, 405, 'METHOD_NOT_ALLOWED');
    expect(posted.headers.allow?.split(', ')).to.have.members(['GET', 'HEAD']);
    expectRefusal(await request(here.url).get(REVOCATIONS_PATH).set(bearer(GATEWAY_KEY)), 404, 'NOT_FOUND');
    await withService({ REDIS_URL: redis.url }, async ({ internalUrl }) => {
      expectRefusal(await request(internalUrl).get(REVOCATIONS_PATH).set(bearer(GATEWAY_KEY)), 404, 'NOT_FOUND');
    });
  });

  it('answers HEAD with the headers of the feed', async () => {
    const { status, headers, text } = await request(here.internalUrl).head(REVOCATIONS_PATH).set(bearer(GATEWAY_KEY));
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(text).to.equal(undefined);
  });

  it('counts as a feed, not as a request in flight, nor in the latency histogram', async () => {
    await until('no feed of another test', async () => metricValue(await scrape(), 'ticketd_revocation_feeds') === 0);
    const linesOfRoute = (text: string) =>
      text.split('\n').filter((line) => line.includes(`route="${REVOCATIONS_PATH}"`));
    const before = linesOfRoute(await scrape());
    const three = [await open(here), await open(here), await open(here)];
    const during = await scrape();
    expect(metricValue(during, 'ticketd_revocation_feeds')).to.equal(3);
    expect(metricValue(during, 'ticketd_requests_in_flight'), 'the scrape itself').to.equal(1);
    expect(metricValue(during, 'ticketd_revocation_feed_lag_seconds')).to.equal(0);
    expect(metricValue(during, 'ticketd_revocation_reader_lag_seconds')).to.be.below(10);
    for (const feed of three) feed.close();
    await until('the feeds are closed', async () => metricValue(await scrape(), 'ticketd_revocation_feeds') === 0);
    expect(linesOfRoute(await scrape())).to.deep.equal(before);
  });

  it('ends when the service stops', async () => {
    let feed: RevocationFeed | undefined;
    await withService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY }, async (third) => {
      feed = await untilFeed(third.internalUrl);
    });
    expect(await feed?.ended).to.equal(true);
  });

  it('works the same with memory://', async () => {
    await withService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY }, async (embedded) => {
      const feed = await openFeed(embedded.internalUrl);
      await end(embedded, 'alice');
      await feed.untilMessages(2);
      expect(feed.keys).to.deep.equal([keyOf('alice')]);
      feed.close();
    });
  });
});
