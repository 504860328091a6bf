import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { answering, closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';
import { endAll, serve, ticketd } from '../../support/ticketd.ts';

const probe = async (args: readonly string[], env: Record<string, string> = {}) => {
  const cli = ticketd(['probe', ...args], env);
  const { code, signal } = await cli.exit;
  return { code, signal, stdout: cli.stdout, stderr: cli.stderr };
};

describe('probe of a running service', () => {
  let url: string;
  let degradedUrl: string;
  before(async () => {
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://' });
    const degraded = serve({
      JWT_SECRET: SECRET,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      REDIS_STARTUP_TIMEOUT_MS: '100',
    });
    url = await service.url();
    degradedUrl = await degraded.url();
  });
  after(endAll);

  it('requests /health at localhost and PORT by default, and exits 0', async () => {
    const { port } = new URL(url);
    const { code, stdout, stderr } = await probe([], { PORT: port });
    expect(code).to.equal(0);
    expect(stdout).to.equal(`http://localhost:${port}/health answered 200\n`);
    expect(stderr).to.equal('');
  });

  it('requests /health for live and /ready for ready', async () => {
    expect((await probe(['live', '--url', url])).stdout).to.equal(`${url}/health answered 200\n`);
    expect((await probe(['ready', '--url', url])).stdout).to.equal(`${url}/ready answered 200\n`);
  });

  it('requests the same with no other environment variable', async () => {
    const PORT = new URL(url).port;
    for (const [what, path] of [
      ['live', '/health'],
      ['ready', '/ready'],
    ] as const)
      expect((await probe([what], { PORT })).stdout).to.equal(`http://localhost:${PORT}${path} answered 200\n`);
  });

  it('exits 0 for live and 1 for ready when Redis is down', async () => {
    expect((await probe(['live', '--url', degradedUrl])).code).to.equal(0);
    const { code, stderr } = await probe(['ready', '--url', degradedUrl]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('answered 503');
  });

  it('prints nothing with --quiet on success', async () => {
    const { code, stdout, stderr } = await probe(['--quiet', '--url', url]);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('prints nothing with --quiet on failure', async () => {
    const { code, stdout, stderr } = await probe(['ready', '--quiet', '--url', degradedUrl]);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 1, stdout: '', stderr: '' });
  });

  it('exits 1 when the path does not exist', async () => {
    expect((await probe(['--url', `${url}/nowhere`])).code).to.equal(1);
  });

  it('exits 1, not 64 or 78, for a wrong command line or PORT', async () => {
    const wrong = [['--nope'], ['sideways'], ['live', 'ready'], ['--timeout', 'soon'], ['--timeout', '0'], ['--url']];
    for (const args of wrong) expect((await probe(args, { PORT: new URL(url).port })).code, args.join(' ')).to.equal(1);
    for (const PORT of ['http', '70000', '-1', '80/x']) expect((await probe([], { PORT })).code, PORT).to.equal(1);
  });

  it('exits 1 for a URL that is invalid or not HTTP', async () => {
    for (const wrong of ['', 'nowhere', 'ftp://127.0.0.1', 'http://', 'http://127.0.0.1:99999', 'file:///etc/hosts'])
      expect((await probe(['--url', wrong])).code, wrong).to.equal(1);
  });
});

describe('probe of a broken server', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  const expectFailure = async (port: number, expected: RegExp): Promise<void> => {
    for (const what of ['live', 'ready']) {
      const { code, signal, stdout, stderr } = await probe([what, '--timeout', '700'], { PORT: String(port) });
      expect({ code, signal, stdout }).to.deep.equal({ code: 1, signal: null, stdout: '' });
      expect(stderr).to.match(expected);
    }
  };

  it('exits 1 when nothing listens', async () => {
    await expectFailure(await freePort(), /ECONNREFUSED/);
  });

  it('exits 1 when the server accepts and never answers', async () => {
    await expectFailure((await silentServer()).port, /no answer within 700 ms/);
  });

  it('exits 1 when the server closes the connection without an answer', async () => {
    await expectFailure((await tcpServer((socket) => socket.end())).port, /closed without an answer|ECONNRESET/);
  });

  it('exits 1 when the server answers with garbage', async () => {
    await expectFailure((await answering('\0\x01 what?\r\n\r\n')).port, /is not HTTP/);
  });

  it('exits 1 when the server answers with a redirect', async () => {
    const { port } = await answering('HTTP/1.1 301 Moved\r\nLocation: /health\r\nContent-Length: 0\r\n\r\n');
    await expectFailure(port, /answered 301/);
  });

  it('exits 1 when the headers never end', async () => {
    await expectFailure((await answering('HTTP/1.1 200 OK\r\nX-And-So: on\r\n')).port, /no answer within 700 ms/);
  });

  it('exits 1 when the headers are larger than Node.js takes', async () => {
    await expectFailure((await answering(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).port, /is not HTTP/);
  });

  it('exits 1 when the server switches to another protocol', async () => {
    const { port } = await answering('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    await expectFailure(port, /closed without an answer/);
  });

  it('exits 1 when the request ends without any event', async () => {
    // Node.js exits 0 when nothing is left to wait for.
    const silent = "import http from 'node:http'; http.request = () => ({ on() {}, end() {}, destroy() {} });";
    const preload = `--import=data:text/javascript,${encodeURIComponent(silent)}`;
    expect((await probe(['--timeout', '1'], { NODE_OPTIONS: preload })).code).to.equal(1);
  });

  it('exits 1 when the server only sends interim responses', async () => {
    await expectFailure((await answering('HTTP/1.1 103 Early Hints\r\n\r\n')).port, /no answer within 700 ms/);
  });
});

describe('probe of an unusual server', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('takes the status after interim responses', async () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    const { port } = await answering(`${interim}HTTP/1.1 503 Not Now\r\nContent-Length: 0\r\n\r\n`);
    const { code, stderr } = await probe(['ready'], { PORT: String(port) });
    expect([code, stderr]).to.deep.equal([1, `ticketd: http://localhost:${port}/ready answered 503\n`]);
  });

  it('does not wait for the body', async () => {
    const { port } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    expect((await probe(['--timeout', '20000'], { PORT: String(port) })).code).to.equal(0);
  });

  it('takes an answer in HTTP/1.0', async () => {
    const { port } = await answering('HTTP/1.0 204 Fine\r\n\r\n');
    expect((await probe([], { PORT: String(port) })).stdout).to.equal(`http://localhost:${port}/health answered 204\n`);
  });

  it('neither sends nor prints the credentials in a URL', async () => {
    let request = '';
    const { port } = await tcpServer((socket) =>
      socket.on('data', (bytes) => {
        request += bytes;
        socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n');
      }),
    );
    const { code, stderr } = await probe(['--url', `http://user:hunter2@127.0.0.1:${port}/x?y=z`]);
    expect([code, stderr]).to.deep.equal([1, `ticketd: http://127.0.0.1:${port}/x answered 401\n`]);
    expect(request)
      .to.match(/^GET \/x\?y=z HTTP\/1\.1\r\n/)
      .and.not.match(/authorization/i);
  });

  it('reports why none of the addresses of a name can be reached', async () => {
    const { stderr } = await probe(['--url', `http://localhost:${await freePort()}`]);
    expect(stderr).to.match(/^ticketd: http:\/\/localhost:\d+\/health: .*ECONNREFUSED/);
  });
});
