import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';
import { endAll, ticketd } from '../../support/ticketd.ts';

describe('check-redis --wait: tries', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('tries every half second, and not after the wait time is over', async () => {
    const server = await tcpServer((socket) => socket.destroy());
    const cli = ticketd(['check-redis', '--wait', '1', '--json'], { REDIS_URL: `redis://127.0.0.1:${server.port}` });
    expect((await cli.exit).code).to.equal(124);
    expect(server.accepted).to.be.within(1, 2);
    expect(JSON.parse(cli.stdout)).to.deep.include({ ok: false, waitExpired: true });
  });

  it('ends each try after --timeout', async () => {
    const server = await silentServer();
    const url = `redis://127.0.0.1:${server.port}`;
    const cli = ticketd(['check-redis', '--json', '--timeout', '100'], { REDIS_URL: url });
    await cli.exit;
    expect(JSON.parse(cli.stdout).problem).to.include({ error: 'timed out after 100 ms' });
  });

  it('tries once without --wait', async () => {
    const server = await tcpServer((socket) => socket.destroy());
    const cli = ticketd(['check-redis', '--json'], { REDIS_URL: `redis://127.0.0.1:${server.port}` });
    expect((await cli.exit).code).to.equal(1);
    expect(server.accepted).to.equal(1);
    expect(JSON.parse(cli.stdout)).to.not.have.property('waitExpired');
  });
});

describe('check-redis --url', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-url-'));
  });
  after(() => rm(directory, { recursive: true }));
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  const expectAsked = async (env: Readonly<Record<string, string>>): Promise<void> => {
    const server = await tcpServer((socket) => socket.destroy());
    const url = `redis://127.0.0.1:${server.port}`;
    const cli = ticketd(['check-redis', '--json', '--url', url], env);
    await cli.exit;
    expect(cli.stderr).to.equal('');
    expect(JSON.parse(cli.stdout)).to.include({ endpoint: url });
    expect(server.accepted).to.equal(1);
  };

  it('overrides REDIS_URL_FILE', async () => {
    const file = join(directory, 'url');
    await writeFile(file, 'redis://127.0.0.1:1');
    await expectAsked({ REDIS_URL_FILE: file });
  });

  it('overrides REDIS_URL_FILE when that file does not exist', async () => {
    await expectAsked({ REDIS_URL_FILE: join(directory, 'none') });
  });

  it('overrides REDIS_URL, even an invalid one', async () => {
    await expectAsked({ REDIS_URL: 'http://wrong' });
  });
});
