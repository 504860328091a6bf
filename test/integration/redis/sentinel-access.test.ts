import { expect } from 'chai';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { verdictOfCheck, verdictOfServe } from '../../support/redis-verdicts.ts';
import { type SentinelProcess, startSentinel } from '../../support/sentinel-process.ts';
import { closeServers } from '../../support/tcp-server.ts';

const PASSWORD = 'right-horse-7';
const LOOK_UP = ['&+switch-master', '+subscribe', '+sentinel|get-master-addr-by-name', '+sentinel|sentinels'];

describe('Sentinels with a password', () => {
  let redis: RedisNode;
  let sentinel: SentinelProcess;
  before(async () => {
    redis = await startNode();
    sentinel = await startSentinel([`sentinel monitor main 127.0.0.1 ${redis.port} 1`]);
    const cli = sentinel.cli;
    await cli('ACL', 'SETUSER', 'lookup', 'on', `>${PASSWORD}`, ...LOOK_UP);
    await cli('ACL', 'SETUSER', 'powerless', 'on', `>${PASSWORD}`, '+ping');
    await cli('ACL', 'SETUSER', 'default', 'resetpass', `>${PASSWORD}`);
  });
  after(() => Promise.all([redis.remove(), sentinel.remove()]));
  afterEach(closeServers);

  const envWith = (more: Readonly<Record<string, string>>) => ({
    REDIS_URL: `redis://127.0.0.1:${sentinel.port}`,
    REDIS_SENTINEL_MASTER: 'main',
    ...more,
  });

  it('are usable with REDIS_SENTINEL_PASSWORD, and as a user with REDIS_SENTINEL_USERNAME', async () => {
    const password = { REDIS_SENTINEL_PASSWORD: PASSWORD };
    for (const more of [password, { ...password, REDIS_SENTINEL_USERNAME: 'lookup' }]) {
      expect(await verdictOfServe(envWith(more))).to.deep.equal({ usable: true });
      expect(await verdictOfCheck(envWith(more))).to.deep.equal({ usable: true });
    }
  });

  const refused: Readonly<Record<string, readonly [more: Readonly<Record<string, string>>, code: string]>> = {
    'the password is missing': [{}, 'SENTINEL_NOAUTH'],
    'the password is wrong': [{ REDIS_SENTINEL_PASSWORD: 'wrong-horse-9' }, 'SENTINEL_WRONGPASS'],
    'the user does not exist': [
      { REDIS_SENTINEL_PASSWORD: PASSWORD, REDIS_SENTINEL_USERNAME: 'nobody' },
      'SENTINEL_WRONGPASS',
    ],
    'the user may not look up the master': [
      { REDIS_SENTINEL_PASSWORD: PASSWORD, REDIS_SENTINEL_USERNAME: 'powerless' },
      'SENTINEL_NOPERM',
    ],
  };
  for (const [when, [more, errorCode]] of Object.entries(refused))
    it(`are reported by serve and check-redis as ${errorCode} when ${when}`, async () => {
      const found = await verdictOfCheck(envWith(more));
      expect(found).to.include({ usable: false, errorCode });
      expect(found.error).to.match(new RegExp(`^Sentinel 127\\.0\\.0\\.1:${sentinel.port}: ${errorCode.slice(9)} `));
      expect(await verdictOfServe(envWith(more))).to.deep.equal(found);
    });

  it('are reported also when another one is not reachable', async () => {
    const env = envWith({ REDIS_URL: `redis://127.0.0.1:${sentinel.port},127.0.0.1:1` });
    expect(await verdictOfCheck(env)).to.include({ errorCode: 'SENTINEL_NOAUTH' });
  });

  it('are asked in turn when one names a replica', async () => {
    const replica = await startNode({ args: ['--replicaof', '127.0.0.1', '1'] });
    const stale = await fakeRedis((command) =>
      command === 'SENTINEL' ? `*2\r\n${bulk('127.0.0.1')}${bulk(String(replica.port))}` : '+OK\r\n',
    );
    const servers = `redis://127.0.0.1:${stale.port},127.0.0.1:${sentinel.port}`;
    const env = envWith({ REDIS_URL: servers, REDIS_SENTINEL_PASSWORD: PASSWORD });
    expect(await verdictOfServe(env)).to.deep.equal({ usable: true });
    await replica.remove();
  });
});
