import { expect } from 'chai';
import { checkRedisTwice } from '../../support/check-redis.ts';
import { createClock } from '../../support/clock.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll } from '../../support/ticketd.ts';

const PASSWORD = 'right-horse-7';
describe('check-redis as an ACL user', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  afterEach(endAll);

  const checkWith = async (env: Readonly<Record<string, string>>, ...rules: string[]) => {
    await redis.cli('ACL', 'SETUSER', 'tickets', 'reset', 'on', `>${PASSWORD}`, ...rules);
    const url = `redis://tickets:${PASSWORD}@127.0.0.1:${redis.port}`;
    return checkRedisTwice({ REDIS_URL: url, ...env }, { secrets: [PASSWORD] });
  };
  const checkAs = (...rules: string[]) => checkWith({}, ...rules);

  it('exits 0 with only the rights that tickets need, limited to the key prefix', async () => {
    const { code, report } = await checkAs('~ticketd:*', '+set', '+getdel', '+mget');
    expect(code).to.equal(0);
    expect(report.ok).to.equal(true);
  });

  for (const lacking of ['set', 'getdel', 'mget'])
    it(`exits 2 and names the missing right when ${lacking.toUpperCase()} is not allowed`, async () => {
      const { code, stderr, report } = await checkAs('~ticketd:*', '+@all', `-${lacking}`);
      expect(code).to.equal(2);
      expect(report.problem).to.include({ verdict: 'unusable', errorCode: 'NOPERM' });
      expect(report.problem?.error).to.contain(`'${lacking}'`);
      expect(stderr).to.contain('allow SET, GETDEL and MGET');
    });

  for (const [rights, refused] of [
    [['+set', '+getdel', '+mget'], 'XADD, XREAD, XRANGE, XINFO'],
    [['+@all', '-xread'], 'XREAD'],
    [['+@all', '-xinfo', '-xadd'], 'XADD, XINFO'],
  ] as const)
    it(`exits 0 and warns that revocations get 503 without the right to ${refused}`, async () => {
      const { code, stderr, report } = await checkAs('~ticketd:*', '+info', '+config|get', '+time', ...rights);
      expect(code).to.equal(0);
      expect(report.ok).to.equal(true);
      expect(report.warnings).to.have.length(1);
      expect(report.warnings[0]).to.match(
        new RegExp(
          `^Redis refuses ${refused}: .+ 503 .+; allow XADD, XREAD, XRANGE and XINFO on keys with REDIS_KEY_PREFIX$`,
        ),
      );
      expect(stderr).to.equal(`warning: ${report.warnings[0]}\n`);
    });

  it('warns of nothing with the rights of tickets and revocations, and creates no stream', async () => {
    const { stderr, report } = await checkAs(
      ...['~ticketd:*', '+set', '+getdel', '+mget', '+xadd', '+xread', '+xrange', '+xinfo', '+info', '+config|get'],
    );
    expect({ stderr, warnings: report.warnings }).to.deep.equal({ stderr: '', warnings: [] });
    expect(await redis.cli('KEYS', 'ticketd:s1:*')).to.equal('');
  });

  it('requires INCR and PTTL when TICKET_RATE_LIMIT is set', async () => {
    const env = { TICKET_RATE_LIMIT: '5/60' };
    const tickets = ['~ticketd:*', '+set', '+getdel', '+mget'];
    expect((await checkWith(env, ...tickets, '+incr', '+pttl')).code).to.equal(0);
    const { code, stderr } = await checkWith(env, ...tickets);
    expect(code).to.equal(2);
    expect(stderr).to.contain('INCR and PTTL with TICKET_RATE_LIMIT');
  });

  it('exits 2 when the keys below REDIS_KEY_PREFIX are not allowed', async () => {
    const { code, report } = await checkAs('~other:*', '+@all');
    expect(code).to.equal(2);
    expect(report.problem?.errorCode).to.equal('NOPERM');
  });

  it('exits 0 without the right to INFO, and reports what it could not check', async () => {
    const { code, stderr } = await checkAs('~ticketd:*', '+@all', '-info');
    expect(code).to.equal(0);
    expect(stderr).to.equal('warning: INFO is not allowed: version and settings were not checked\n');
  });

  it('exits 0 without the right to TIME, and reports no clock difference', async () => {
    const { code, stdout, stderr, report } = await checkAs('~ticketd:*', '+@all', '-time');
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/ms\)\n$/)
      .and.not.include('clock');
    expect(stderr).to.equal('');
    expect(report).to.not.have.property('clockDifferenceMs');
  });

  it('exits 2 when the user does not exist or is disabled', async () => {
    const { code, report } = await checkAs('off');
    expect(code).to.equal(2);
    expect(report.problem?.errorCode).to.equal('WRONGPASS');
  });
});

describe('check-redis warnings', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await endAll();
    await redis.stop();
  });

  const cases: Readonly<Record<string, readonly [settings: Readonly<Record<string, string>>, warning: RegExp]>> = {
    'a policy that evicts tickets': [
      { maxmemory: '100mb', 'maxmemory-policy': 'volatile-ttl' },
      /^maxmemory-policy is volatile-ttl: .+; set noeviction$/,
    ],
    'an append-only file': [{ appendonly: 'yes' }, /^appendonly is on: a restart can restore tickets/],
    snapshots: [{ save: '900 1' }, /^save is set: a restart can restore tickets/],
  };

  for (const [what, [settings, warning]] of Object.entries(cases))
    it(`warns of ${what} and exits 0`, async () => {
      await redis.cli('CONFIG', 'SET', ...Object.entries(settings).flat());
      const { code, stderr, report } = await checkRedisTwice({ REDIS_URL: redis.url });
      expect(code).to.equal(0);
      expect(report.warnings).to.have.length(1);
      expect(report.warnings[0]).to.match(warning);
      expect(stderr).to.equal(`warning: ${report.warnings[0]}\n`);
    });

  for (const [seconds, side] of [
    [2, 'behind'],
    [-2, 'ahead of'],
  ] as const)
    it(`warns of a Redis clock that is ${side} the local clock and exits 0`, async () => {
      const clock = createClock(seconds);
      try {
        const { code, stdout, stderr, report } = await checkRedisTwice({ REDIS_URL: redis.url, ...clock.env });
        expect(code).to.equal(0);
        expect((report.clockDifferenceMs ?? 0) * Math.sign(-seconds)).to.be.within(1000, 2001);
        expect(stdout).to.match(/, clock [+-]\d+ ms\)\n$/);
        expect(stderr).to.match(
          new RegExp(`^warning: the clock of Redis is \\d\\.\\d s ${side} this machine's: .+\n$`),
        );
        expect(report.warnings).to.have.length(1);
      } finally {
        clock.remove();
      }
    });

  it('warns of nothing when no ticket can get lost or come back', async () => {
    const { stderr, report } = await checkRedisTwice({ REDIS_URL: redis.url });
    expect({ stderr, warnings: report.warnings }).to.deep.equal({ stderr: '', warnings: [] });
  });
});
