import { expect } from 'chai';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';

const PASSWORD = 'right-horse-7';

describe('check-redis with a Redis that can be used', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis({ password: PASSWORD });
  });
  after(() => redis.stop());
  afterEach(endAll);

  const check = async (...args: string[]) => {
    const cli = ticketd(['check-redis', ...args], { REDIS_URL: redis.url });
    const { code } = await cli.exit;
    return { code, stdout: cli.stdout, stderr: cli.stderr };
  };

  it('exits 0 and prints endpoint, version, role, round-trip time and clock difference, without the password', async () => {
    const { code, stdout, stderr } = await check();
    expect(code).to.equal(0);
    expect(stdout).to.match(
      new RegExp(
        `^usable: redis://127\\.0\\.0\\.1:${redis.port} \\(version \\d+\\.\\d+\\.\\d+, master, [\\d.]+ ms, clock \\+0 ms\\)\n$`,
      ),
    );
    expect(stderr).to.equal('');
  });

  it('prints the same as one JSON object with --json', async () => {
    const { code, stdout, stderr } = await check('--json');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^\{.*\}\n$/);
    const report = JSON.parse(stdout);
    expect(report).to.have.all.keys([
      ...['ok', 'endpoint', 'topology', 'version', 'role', 'masters'],
      ...['evictionPolicy', 'appendOnly', 'roundTripMs', 'clockDifferenceMs', 'warnings'],
    ]);
    expect(report).to.deep.include({
      ok: true,
      topology: 'single',
      role: 'master',
      masters: 1,
      clockDifferenceMs: 0,
      warnings: [],
    });
    expect(report.endpoint).to.equal(`redis://127.0.0.1:${redis.port}`);
    expect(report.roundTripMs).to.be.a('number').that.is.above(0);
    expect(stdout + stderr).not.to.contain(PASSWORD);
  });

  it('prints nothing with --quiet', async () => {
    expect(await check('--quiet')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('checks the URL from --url instead of REDIS_URL', async () => {
    const cli = ticketd(['check-redis', '--url', redis.url], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await cli.exit).code).to.equal(0);
    expect(cli.stdout).to.contain(`:${redis.port}`);
  });

  it('sends the commands of the heartbeat, then a write and a read that deletes, and leaves no key', async () => {
    await redis.cli('CONFIG', 'RESETSTAT');
    expect((await check()).code).to.equal(0);
    const statistics = await redis.cli('INFO', 'commandstats');
    for (const calls of ['set:calls=3', 'getdel:calls=3', 'mget:calls=1'])
      expect(statistics).to.contain(`cmdstat_${calls},`);
    expect(await redis.cli('KEYS', '*')).to.equal('');
  });

  it('warns on standard error about settings that lose or restore tickets, and exits 0', async () => {
    await redis.cli('CONFIG', 'SET', 'maxmemory', '100mb');
    await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, stderr } = await check();
    expect(code).to.equal(0);
    expect(stderr).to.match(/^warning: maxmemory-policy is allkeys-lru/);
    const { warnings } = JSON.parse((await check('--json')).stdout);
    expect(warnings).to.have.length(1);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('needs no JWT key, and reports that memory:// has nothing to check', async () => {
    const cli = ticketd(['check-redis'], { REDIS_URL: 'memory://' });
    expect((await cli.exit).code).to.equal(0);
    expect(cli.stdout).to.equal('usable: memory://\n');
    expect(cli.stderr).to.contain('there is no Redis to check');
  });
});
