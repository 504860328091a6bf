import { expect } from 'chai';
import { seeded } from '../../support/faults/faults.ts';
import { closeServers, tcpServer } from '../../support/tcp-server.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('check-redis with an internal error', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('exits 70 with the stack on standard error and no verdict about Redis', async () => {
    const server = await tcpServer();
    const url = `redis://127.0.0.1:${server.port}`;
    const cli = ticketd(['check-redis', '--url', url, '--timeout', '60000'], seeded('throw-on-signal'));
    await until('it connects', () => server.accepted > 0);
    cli.process.kill('SIGUSR2');
    expect(await cli.exit).to.deep.equal({ code: 70, signal: null });
    expect(cli.stderr).to.match(/^ticketd: internal error: Error: a seeded fault\n +at /);
    expect(cli.stdout).to.equal('');
  });
});
