import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type Admin, openAdmin } from './support/admin.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED } from './support/expect-usual.ts';

const PASSWORD = 'chaos-secret';

describe('Redis connection when Redis denies access', () => {
  let redis: TestRedis;
  let admin: Admin;
  let REDIS_URL: string;

  beforeEach(async () => {
    redis = await startRedis();
    admin = await openAdmin(redis);
    REDIS_URL = redis.url.replace('redis://', `redis://service:${PASSWORD}@`);
    await allowService();
  });
  afterEach(async () => {
    admin.close();
    await redis.stop();
  });

  const allowService = () => admin.do('ACL', 'SETUSER', 'service', 'on', `>${PASSWORD}`, '~ticketd:*', '+@all');

  for (const [letter, command, withinMs] of [
    ['a', 'set', 600],
    ['b', 'getdel', 600],
    ['c', 'mget', 600],
  ] as const)
    it(`makes ticketd not ready when the ACL user lacks ${command.toUpperCase()}, detected by the heartbeat alone (12${letter})`, async () => {
      await expectThrough({
        case: `12${letter}`,
        name: `ACL without ${command.toUpperCase()}`,
        env: { REDIS_URL },
        options: { quiet: true },
        fault: () => admin.do('ACL', 'SETUSER', 'service', `-${command}`),
        heal: () => admin.do('ACL', 'SETUSER', 'service', `+${command}`),
        lastsMs: withinMs + 400,
        detectedBy: /^NOPERM$/,
        detectedWithinMs: withinMs,
      });
    });

  it('makes ticketd not ready when the ACL user is deleted, without the password in the log (13)', async () => {
    await expectThrough({
      case: 13,
      name: 'ACL DELUSER (WRONGPASS)',
      env: { REDIS_URL },
      // Its whole output is searched for the password.
      options: { spawned: true },
      fault: () => admin.do('ACL', 'DELUSER', 'service'),
      heal: allowService,
      lastsMs: 3000,
      detectedBy: CLOSED,
      detectedWithinMs: 100,
    });
  });

  it('keeps ticketd ready when Redis denies only new connections (14)', async () => {
    const { answers } = await expectThrough({
      case: 14,
      name: 'requirepass set, no connection ended',
      env: { REDIS_URL: redis.url },
      fault: () => admin.do('CONFIG', 'SET', 'requirepass', PASSWORD),
      lastsMs: 1000,
      detectedBy: 'never',
      options: { secrets: [PASSWORD] },
    });
    expect(answers).to.have.all.keys('200');
  });

  it('makes ticketd not ready when Redis reaches maxclients and closes connections (15)', async () => {
    await expectThrough({
      case: 15,
      name: 'maxclients reached, connections ended',
      env: { REDIS_URL },
      fault: async () => {
        await admin.do('CONFIG', 'SET', 'maxclients', '1');
        await admin.do('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      },
      heal: () => admin.do('CONFIG', 'SET', 'maxclients', '1000'),
      lastsMs: 3000,
      detectedBy: CLOSED,
      detectedWithinMs: 200,
    });
  });
});
