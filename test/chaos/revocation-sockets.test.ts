import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { openFeed } from '../support/revocation-feed.ts';
import { until } from '../support/until.ts';
import { feedsOf, type RevocationRig, startRevocationRig } from './support/revocation-rig.ts';
import { createSocketSessions, type SocketSession, type SocketSessions } from './support/revoked-sockets.ts';

// Each has a socket at both gateways.
const SESSIONS_EACH = 24;
// More than what ticketd and the kernel buffer for one connection.
const MANY_ENTRIES = 80_000;
const ADD_ENTRIES = `for i = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'k', 'a-key-of-no-session---') end`;
const STREAM = 'ticketd:s1:revocations';

describe('revocations that close the sockets of two gateways through faults', function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let rig: RevocationRig;
  let sessions: SocketSessions;
  let first: readonly SocketSession[];
  let second: readonly SocketSession[];
  let third: readonly SocketSession[];

  before(async () => {
    redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    rig = await startRevocationRig({ env: { REDIS_URL: redis.url }, redis: { url: redis.url } });
    sessions = createSocketSessions(rig);
  });
  after(() => rig.stop());
  beforeEach(async () => {
    first = await sessions.open(SESSIONS_EACH);
    second = await sessions.open(SESSIONS_EACH);
    third = await sessions.open(SESSIONS_EACH);
    await sessions.open(SESSIONS_EACH);
  });
  afterEach(() => sessions.end());

  const isClosedAt = (gateway: 0 | 1, some: readonly SocketSession[]) =>
    some.every(({ clients }) => clients[gateway]?.closedWith !== undefined);
  const openAt = (gateway: 0 | 1, some: readonly SocketSession[]) =>
    some.filter(({ clients }) => clients[gateway]?.closedWith === undefined).length;
  const linesOf = (event: string) => rig.instances.flatMap(({ ticketd }) => ticketd.linesOf(event));

  it('closes them after the network has held the feed', async () => {
    await sessions.revoke(first);
    rig.network.hold();
    await sessions.revoke(second);
    await until('the other gateway has closed its own', () => isClosedAt(1, second));
    expect(openAt(0, second)).to.equal(SESSIONS_EACH);
    rig.network.release();
    await sessions.revoke(third);
    await sessions.expectOutcome();
  });

  it('closes them after the connection of the feed was cut, once it is open again', async () => {
    const feeds = feedsOf(rig.instances);
    await sessions.revoke(first);
    await rig.network.refuse();
    rig.network.reset();
    await sessions.revoke(second);
    await until('the other gateway has closed its own', () => isClosedAt(1, second));
    expect(openAt(0, second)).to.equal(SESSIONS_EACH);
    await rig.network.accept();
    await until('another feed is open', () => feedsOf(rig.instances) > feeds);
    await sessions.open(second);
    await sessions.revoke(third);
    await sessions.expectOutcome();
  });

  it('closes them beside a gateway that does not read its feed, which is disconnected and resumes without a gap', async () => {
    const [{ internalUrl }] = rig.instances;
    const entries = async () => Number(await redis.cli('XLEN', STREAM));
    const earlier = await entries();
    const slow = await openFeed(internalUrl);
    await slow.untilMessages(1);
    slow.pause();
    await sessions.revoke(first);
    await redis.cli('EVAL', ADD_ENTRIES, '1', STREAM, String(MANY_ENTRIES));
    await sessions.revoke(second);
    await until('the slow feed was closed', () =>
      linesOf('revocation_feed_closed').some(({ reason }) => reason === 'slow'),
    );
    await sessions.revoke(third);
    slow.resume();
    expect(await slow.ended).to.equal(false);
    const resumed = await openFeed(internalUrl, { lastEventId: slow.lastId });
    const expected = (await entries()) - earlier;
    await until('the rest has arrived', () => slow.count + resumed.count >= expected);
    expect(resumed.messages[0]).to.deep.equal({ id: slow.lastId });
    expect(slow.count + resumed.count).to.equal(expected);
    resumed.close();
    await sessions.expectOutcome();
  });

  for (const [outage, isOver] of [
    ['', () => linesOf('redis_down').length > 0],
    [' 10 s later', () => linesOf('revocation_feed_closed').some(({ reason }) => reason === 'delayed')],
  ] as const)
    it(`closes them after Redis was killed and started again with its data${outage}`, async () => {
      await sessions.revoke(first);
      await redis.stop();
      await sessions.revoke(second);
      await until('the outage has the effect', isOver);
      await redis.start();
      await sessions.revokeSurely(third);
      await sessions.open(third);
      await sessions.expectOutcome();
    });

  it('closes them after the instance with the feed was stopped, at the other one', async () => {
    const [stopped, other] = rig.instances;
    const feeds = feedsOf([other]);
    await sessions.revoke(first);
    stopped.ticketd.process.kill('SIGTERM');
    await sessions.revoke(second, [other]);
    expect(await stopped.ticketd.exit).to.deep.equal({ code: 0, signal: null });
    await sessions.revoke(third, [other]);
    await until('the feed is open at the other one', () => feedsOf([other]) > feeds);
    await sessions.expectOutcome([other]);
  });
});
