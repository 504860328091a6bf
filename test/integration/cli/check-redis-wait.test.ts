import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { startRedis } from '../../support/redis.ts';
import { closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('check-redis --wait', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('keeps trying and exits 0 when Redis becomes available', async () => {
    // Something else holds the port at first, so that the tries can be counted.
    const notYet = await tcpServer((socket) => socket.destroy(), await freePort());
    const cli = ticketd(['check-redis', '--wait', '25'], { REDIS_URL: `redis://127.0.0.1:${notYet.port}` });
    await until('two tries', () => notYet.accepted >= 2);
    await notYet.close();
    const redis = await startRedis({ port: notYet.port });
    expect((await cli.exit).code).to.equal(0);
    expect(cli.stdout).to.match(/^usable: /);
    expect(cli.stderr).to.equal('');
    await redis.stop();
  });

  it('exits 124 with the last cause when the wait time is over', async () => {
    const port = await freePort();
    const cli = ticketd(['check-redis', '--wait', '1'], { REDIS_URL: `redis://:right-horse-7@127.0.0.1:${port}` });
    expect((await cli.exit).code).to.equal(124);
    expect(cli.stderr).to.contain('ECONNREFUSED');
    expect(cli.output).not.to.contain('right-horse-7');
  });

  it('exits 124 during a try that would take a minute', async () => {
    const { port } = await silentServer();
    const cli = ticketd(['check-redis', '--wait', '1', '--timeout', '60000', '--json'], {
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    expect((await cli.exit).code).to.equal(124);
    expect(JSON.parse(cli.stdout)).to.include({ ok: false, waitExpired: true });
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`exits ${code} on ${signal}`, async () => {
      const server = await silentServer();
      const cli = ticketd(['check-redis', '--wait', '60'], { REDIS_URL: `redis://127.0.0.1:${server.port}` });
      await until('a try', () => server.accepted > 0);
      cli.process.kill(signal);
      expect(await cli.exit).to.deep.equal({ code, signal: null });
    });
  }
});
