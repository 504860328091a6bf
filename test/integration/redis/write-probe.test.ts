import { expect } from 'chai';
import { Redis } from 'ioredis';
import { probeKeys } from '../../../src/redis/keys.ts';
import { singleOptions } from '../../../src/redis/options.ts';
import { writeProbe } from '../../../src/redis/write-probe.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('Redis write probe against a server', () => {
  const KEYS = probeKeys('p:', 'probe');
  let redis: TestRedis;
  let client: Redis;
  let sent: string[];
  before(async () => {
    redis = await startRedis();
    client = new Redis({ ...singleOptions(await accessOf({ REDIS_URL: redis.url })), db: 0 });
    await client.connect();
    const send = client.sendCommand.bind(client);
    client.sendCommand = (command, ...rest) => {
      sent.push([command.name, ...command.args].join(' '));
      return send(command, ...rest);
    };
  });
  beforeEach(() => {
    sent = [];
  });
  after(async () => {
    client.disconnect();
    await redis.stop();
  });

  const probe = async ({ path = '', counts = false } = {}) =>
    writeProbe(client, KEYS, { ...(await accessOf({ REDIS_URL: `${redis.url}${path}` })), counts, thorough: true });

  it('sends the commands of tickets in one round trip, at both ends of the slots, and leaves no key behind', async () => {
    await probe();
    const [low, high] = sent.filter((command) => command.startsWith('set')).map((command) => command.split(' ')[1]);
    expect(sent).to.deep.equal([
      `set ${low} 1 PX 10000`,
      `getdel ${low}`,
      `set ${high} 1 PX 10000`,
      `getdel ${high}`,
      `mget ${KEYS.revocation}`,
    ]);
    expect([low, high].every((key) => key?.startsWith(`${KEYS.ticket}:`))).to.equal(true);
    expect(low).to.not.equal(high);
    expect(await client.dbsize()).to.equal(0);
  });

  it('increments a counter only with a rate limit, with a TTL of ten seconds', async () => {
    await probe({ counts: true });
    expect(sent).to.include.members([`set ${KEYS.count} 0 PX 10000 NX`, `incr ${KEYS.count}`]);
    expect(await client.pttl(KEYS.count)).to.be.within(1, 10_000);
  });

  it('rejects when Redis refuses the database number, which ioredis ignores', async () => {
    expect(await rejectionOf(probe({ path: '/99' }))).to.have.property('message', 'ERR DB index is out of range');
    expect(sent[0]).to.equal('select 99');
  });

  it('rejects with the Redis error of a write', async () => {
    await client.config('SET', 'maxmemory', '1');
    const error = await rejectionOf(probe());
    await client.config('SET', 'maxmemory', '0');
    expect(error.message).to.match(/^OOM/);
  });

  it('rejects when the user may not read revocations', async () => {
    await redis.cli('ACL', 'SETUSER', 'default', '-mget');
    const error = await rejectionOf(probe());
    await redis.cli('ACL', 'SETUSER', 'default', '+mget');
    expect(error.message).to.match(/^NOPERM/);
  });
});

describe('Redis probe keys', () => {
  it('are one of each kind under the prefix, and new each time', () => {
    const [first, second] = [probeKeys('p:', 'check'), probeKeys('p:', 'check')];
    expect(first.ticket).to.match(/^p:t2:check:[\w-]{36}$/);
    expect(first.revocation).to.equal(first.ticket.replace(':t2:', ':r2:'));
    expect(first.count).to.equal(first.ticket.replace(':t2:', ':n2:'));
    expect(first.ticket).to.not.equal(second.ticket);
  });
});
