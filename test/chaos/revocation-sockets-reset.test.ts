import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { type RevocationRig, startRevocationRig } from './support/revocation-rig.ts';
import { createSocketSessions, type SocketSession, type SocketSessions } from './support/revoked-sockets.ts';

// Each has a socket at both gateways.
const SESSIONS = 60;
const TRY_AGAIN_LATER = 1013;
const REVOKED = 4001;

describe('gateways that close the sockets of revoked sessions, when Redis is started again', function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let rig: RevocationRig;
  let sessions: SocketSessions;

  beforeEach(async () => {
    redis = await startRedis();
    rig = await startRevocationRig({ env: { REDIS_URL: redis.url }, redis: { url: redis.url } });
    sessions = createSocketSessions(rig);
  });
  afterEach(async () => {
    sessions.end();
    await rig.stop();
    await redis.stop();
  });

  const isOpen = (gateway: number, { clients }: SocketSession) => clients[gateway]?.closedWith === undefined;
  const openAt = (gateway: number, some: readonly SocketSession[]) =>
    some.filter((session) => isOpen(gateway, session)).length;
  const resetsOf = (gateway: number) =>
    (rig.gateways[gateway]?.eventsOf('revocations_reset') ?? []).map(({ sockets }) => sockets);
  const cutFeed = async () => {
    await rig.network.refuse();
    rig.network.reset();
  };

  for (const [fault, begin, end] of [
    ['', async () => {}, async () => {}],
    [' and the feed was cut meanwhile', cutFeed, () => rig.network.accept()],
  ] as const)
    it(`reports it once and closes the sockets of then with 1013, one after the other, when Redis lost its data${fault}`, async () => {
      const [revoked, ...others] = await sessions.open(SESSIONS);
      if (revoked === undefined) throw new Error('there is no session');
      await sessions.revokeSurely([revoked]);
      await until('its sockets are closed', () => [0, 1].every((gateway) => !isOpen(gateway, revoked)));
      await begin();
      await redis.stop();
      await redis.start();
      await Promise.all(rig.instances.map(({ ticketd }) => ticketd.line('redis_up')));
      await end();
      await until('both report it', () => [0, 1].every((gateway) => resetsOf(gateway).length > 0));
      const newer = await sessions.open(others);
      await until('both have begun to close', () => [0, 1].every((gateway) => openAt(gateway, others) < others.length));
      const [last, ...rest] = newer;
      if (last === undefined) throw new Error('there is no session');
      await sessions.revokeSurely([last]);
      await until('the sockets of a later revocation are closed', () =>
        [0, 1].every((gateway) => !isOpen(gateway, last)),
      );
      for (const gateway of [0, 1]) {
        expect(resetsOf(gateway)).to.deep.equal([others.length]);
        expect(openAt(gateway, rest)).to.equal(rest.length);
        expect(openAt(gateway, others), 'sockets that wait for their turn').to.be.above(0);
      }
      expect(codesOf(others)).to.deep.equal([TRY_AGAIN_LATER]);
      expect(codesOf([revoked, last])).to.deep.equal([REVOKED]);
    });
});

/** The close codes so far. */
const codesOf = (some: readonly SocketSession[]): readonly number[] => [
  ...new Set(some.flatMap(({ clients }) => clients.flatMap(({ closedWith }) => closedWith ?? []))),
];
