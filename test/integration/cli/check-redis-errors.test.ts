import { expect } from 'chai';
import { seeded } from '../../support/faults/faults.ts';
import { freePort } from '../../support/free-port.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const run = async (args: readonly string[], env: Record<string, string> = {}) => {
  const cli = ticketd(['check-redis', ...args], env);
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
};

describe('check-redis with wrong usage or internal errors', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  for (const args of [['--timeout', 'soon'], ['--timeout', '0'], ['--wait', '-1'], ['--nope'], ['--url'], ['extra']]) {
    it(`exits 64 for ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args);
      expect(code).to.equal(64);
      expect(stdout).to.equal('');
      expect(stderr).to.match(/^error: /);
    });
  }

  it('exits 78 and names the wrong variables, without the password', async () => {
    const { code, stderr } = await run([], {
      REDIS_URL: 'redis://:right-horse-7@127.0.0.1:6379/zero',
      REDIS_COMMAND_TIMEOUT_MS: 'long',
    });
    expect(code).to.equal(78);
    expect(stderr).to.contain('REDIS_URL: expected').and.to.contain('REDIS_COMMAND_TIMEOUT_MS: expected');
    expect(stderr).not.to.contain('right-horse-7');
  });

  it('exits 78 for an invalid --url, without repeating it', async () => {
    const { code, stderr } = await run(['--url', 'http://:right-horse-7@127.0.0.1']);
    expect(code).to.equal(78);
    expect(stderr).not.to.contain('right-horse-7');
  });

  it('exits 70 for an internal error', async () => {
    const { code, stderr } = await run([], { REDIS_URL: 'memory://', ...seeded('throw-on-write') });
    expect(code).to.equal(70);
    expect(stderr).to.contain('internal error: Error: a seeded fault');
  });

  it('exits 70 for an uncaught error while it tries to connect', async () => {
    const server = await silentServer();
    const cli = ticketd(['check-redis'], {
      REDIS_URL: `redis://127.0.0.1:${server.port}`,
      ...seeded('throw-on-signal'),
    });
    await until('a try', () => server.accepted > 0);
    cli.process.kill('SIGUSR2');
    expect((await cli.exit).code).to.equal(70);
    expect(cli.stderr).to.contain('a seeded fault');
  });

  it('prints nothing with --quiet when Redis is unreachable', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    expect(await run(['--quiet'], { REDIS_URL: url })).to.deep.equal({ code: 1, stdout: '', stderr: '' });
  });
});
