import { expect } from 'chai';
import { SECRET, token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { runScript } from '../support/script.ts';

// A busy machine may be slow to accept so many connections; this test does not measure speed.
const PATIENCE = ['-t', '100'];

describe('ops/deploy/scripts/load.sh', () => {
  let redis: TestRedis;
  let service: Ticketd;

  before(async () => {
    redis = await startRedis();
    service = serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: redis.url });
  });
  after(async () => {
    await endAll();
    await redis.stop();
  });

  it('requests 1,000 tickets concurrently and reports 200 for all', async () => {
    const { code, stdout, stderr } = await runScript('load.sh', [...PATIENCE, await service.url()], {
      TICKETD_JWT: token(),
    });
    expect(stdout).to.match(/^ {2}1000 {2}200\nseconds: median \d.*longest \d.*\nall passed\n$/);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const metrics = await (await fetch(`${await service.url('internal')}/metrics`)).text();
    expect(metricValue(metrics, 'ticketd_tickets_issued_total')).to.equal(1000);
  }).timeout(150_000);

  it('exits with code 1 and reports the count of each status when requests fail', async () => {
    const { code, stdout } = await runScript('load.sh', ['-n', '7', await service.url()], { TICKETD_JWT: 'wrong' });
    expect(code).to.equal(1);
    expect(stdout).to.match(/^ {5}7 {2}401\n(.*\n)7 of 7 failed\n$/);
  });

  it('exits with code 1 when nothing listens at the URL', async () => {
    const { code, stdout } = await runScript('load.sh', ['-n', '3', 'http://127.0.0.1:9'], { TICKETD_JWT: 'x' });
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^ {5}3 {2}no response/)
      .and.to.contain('3 of 3 failed');
  });

  const wrongly: readonly (readonly [string, readonly string[]])[] = [
    ['without a URL', []],
    ['with two URLs', ['http://127.0.0.1:9', 'http://127.0.0.1:9']],
    ['with an unknown option', ['-x', 'http://127.0.0.1:9']],
    ['with a malformed number of requests', ['-n', 'many', 'http://127.0.0.1:9']],
    ['with 0 requests', ['-n', '0', 'http://127.0.0.1:9']],
    ['without a JWT', ['http://127.0.0.1:9']],
  ];
  for (const [how, args] of wrongly)
    it(`exits with code 64 when called ${how}`, async () => {
      const { code, stderr } = await runScript('load.sh', args, how === 'without a JWT' ? {} : { TICKETD_JWT: 'x' });
      expect(code).to.equal(64);
      expect(stderr).to.match(/load\.sh: /);
    });

  for (const option of ['-h', '--help'])
    it(`prints its usage with ${option}`, async () => {
      const { code, stdout } = await runScript('load.sh', [option]);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^usage: load\.sh/);
    });
});
