import { expect } from 'chai';
import { checkRedis, type RedisCheckOptions, type RedisReport } from '../../../src/redis/check.ts';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';

const check = async (
  REDIS_URL: string,
  { env = {}, ...options }: Partial<RedisCheckOptions> & { readonly env?: Record<string, string> } = {},
): Promise<RedisReport> => checkRedis({ ...(await accessOf({ REDIS_URL, ...env })), timeoutMs: 20_000, ...options });

/** A server with this INFO reply; it replies OK to other commands by default. */
const saying = async (info: string, replies: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { port } = await fakeRedis((command) => {
    if (command in replies) return replies[command] ?? '';
    if (command === 'INFO') return bulk(info);
    if (command === 'MGET') return '*1\r\n$-1\r\n';
    return command === 'PING' ? '+PONG\r\n' : '+OK\r\n';
  });
  return `redis://127.0.0.1:${port}`;
};

describe('check-redis', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis({ args: ['--save', '', '--maxmemory-policy', 'noeviction'] });
  });
  beforeEach(() => redis.cli('FLUSHALL'));
  afterEach(closeServers);
  after(() => redis.stop());

  it('reports a usable Redis with its version, role and settings, and leaves no keys behind', async () => {
    const report = await check(redis.url);
    expect(report).to.deep.include({
      ok: true,
      endpoint: redis.url,
      topology: 'single',
      masters: 1,
      role: 'master',
      evictionPolicy: 'noeviction',
      appendOnly: false,
      warnings: [],
    });
    expect(report.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(report.roundTripMs).to.be.above(0).and.at.most(20_000);
    expect(report).not.to.have.property('problem');
    expect(await redis.cli('KEYS', '*')).to.equal('');
  });

  it('fails with NOPERM without permission for INCR when TICKET_RATE_LIMIT is set', async () => {
    await redis.cli('ACL', 'SETUSER', 'default', '-incr');
    const [plain, counting] = [await check(redis.url), await check(redis.url, { counts: true })];
    await redis.cli('ACL', 'SETUSER', 'default', '+incr');
    expect(plain.ok).to.equal(true);
    expect(counting).to.have.nested.property('problem.errorCode', 'NOPERM');
    expect((await check(redis.url, { counts: true })).ok).to.equal(true);
    expect(await redis.cli('KEYS', '*')).to.match(/^ticketd:n2:check:/);
  });

  it('fails with NOPERM without permission for MGET', async () => {
    await redis.cli('ACL', 'SETUSER', 'default', '-mget');
    const { problem } = await check(redis.url);
    await redis.cli('ACL', 'SETUSER', 'default', '+mget');
    expect(problem).to.include({ errorCode: 'NOPERM', verdict: 'unusable' });
  });

  it('succeeds without permission for PING', async () => {
    await redis.cli('ACL', 'SETUSER', 'default', '-ping');
    const { ok } = await check(redis.url);
    await redis.cli('ACL', 'SETUSER', 'default', '+ping');
    expect(ok).to.equal(true);
  });

  it('checks the database of REDIS_URL, and fails with NO_DATABASE when it does not exist', async () => {
    await redis.cli('CONFIG', 'RESETSTAT');
    expect((await check(`${redis.url}/3`)).ok).to.equal(true);
    expect(await redis.cli('INFO', 'commandstats')).to.include('cmdstat_select');
    expect(await check(`${redis.url}/99`)).to.deep.include({ ok: false, warnings: [] });
    expect((await check(`${redis.url}/99`)).problem).to.include({ errorCode: 'NO_DATABASE' });
  });

  it('fails with ETIMEDOUT after its timeout when Redis does not reply', async () => {
    const { port } = await silentServer();
    const { ok, problem } = await check(`redis://127.0.0.1:${port}`, { timeoutMs: 50 });
    expect(ok).to.equal(false);
    expect(problem).to.deep.include({
      errorCode: 'ETIMEDOUT',
      verdict: 'unreachable',
      error: 'timed out after 50 ms',
    });
  });

  it('reports the first cause, ECONNREFUSED, not the closed connection after it', async () => {
    const { problem } = await check('redis://127.0.0.1:1');
    expect(problem).to.include({ errorCode: 'ECONNREFUSED' });
    expect(problem?.error).to.include('ECONNREFUSED 127.0.0.1:1');
  });

  it('tries once, and fails with LOADING when Redis loads its data', async () => {
    const server = await fakeRedis(() => '-LOADING Redis is loading the dataset in memory\r\n');
    const { problem } = await check(`redis://127.0.0.1:${server.port}`);
    expect(problem).to.include({ errorCode: 'LOADING' });
    expect(server.accepted).to.equal(1);
  });

  it('fails with MOVED for a cluster node, and IS_SENTINEL for a Sentinel, used as a single server', async () => {
    const info = 'redis_version:7.0.0\r\nredis_mode:cluster\r\nrole:master\r\n';
    const node = await check(await saying(info, { SET: '-MOVED 12182 127.0.0.1:7002\r\n' }));
    expect(node).to.deep.include({ ok: false, version: '7.0.0', masters: 1 });
    expect(node.problem).to.include({ errorCode: 'MOVED' });
    const sentinel = await check(await saying('redis_version:7.0.0\r\nredis_mode:sentinel\r\n'));
    expect(sentinel.problem).to.include({ errorCode: 'IS_SENTINEL' });
    expect(sentinel).not.to.have.property('roundTripMs');
  });

  it('fails with TOO_OLD before version 6.2, which has no GETDEL', async () => {
    expect((await check(await saying('redis_version:6.1.9\r\n'))).problem).to.deep.include({
      errorCode: 'TOO_OLD',
      error: 'this is version 6.1.9',
    });
    expect((await check(await saying('redis_version:6.2.0\r\n'))).problem?.errorCode).to.equal('LOST_WRITE');
  });

  it('fails with LOST_WRITE when a written key cannot be read back', async () => {
    const { ok, problem, version } = await check(await saying('redis_version:7.0.0\r\n', { GETDEL: '$-1\r\n' }));
    expect({ ok, version }).to.deep.equal({ ok: false, version: '7.0.0' });
    expect(problem).to.include({ errorCode: 'LOST_WRITE', error: 'what was written could not be read back' });
  });

  it('succeeds with a warning and without version and settings when INFO is not allowed', async () => {
    await redis.cli('ACL', 'SETUSER', 'default', '-info');
    const report = await check(redis.url);
    await redis.cli('ACL', 'SETUSER', 'default', '+info');
    expect(report.ok).to.equal(true);
    expect(report.warnings).to.deep.equal(['INFO is not allowed: version and settings were not checked']);
    expect(report).not.to.have.any.keys('version', 'role', 'evictionPolicy', 'appendOnly');
  });

  it('fails with NOT_REDIS when the reply to PING is not PONG', async () => {
    const { problem } = await check(await saying('', { PING: '+HELLO\r\n' }));
    expect(problem).to.include({ errorCode: 'NOT_REDIS' });
  });
});
