import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { serve, type Ticketd, ticketd } from '../../support/ticketd.ts';
import { install, npm, pack } from './support/npm.ts';

const GATEWAY = `
import { createServer } from 'node:http';
import { createGateway } from 'ticketd/gateway';
import { WebSocketServer } from 'ws';

const server = createServer();
const sockets = new WebSocketServer({ noServer: true });
const { TICKETD_URL, GATEWAY_KEY } = process.env;
createGateway({ redeem: { url: TICKETD_URL, key: GATEWAY_KEY } }).protect(server, sockets);
sockets.on('connection', (socket, request, { subject }) => socket.send('Hello, ' + subject));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const CLIENT = `
import { connectWithTicket } from 'ticketd/client';
import { WebSocket } from 'ws';

let opened;
class RecordedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    opened = String(url);
  }
}
const { TICKET_URL, SOCKET_URL, JWT } = process.env;
const options = { ticketUrl: TICKET_URL, socketUrl: SOCKET_URL, getToken: () => JWT, WebSocket: RecordedWebSocket };
const client = connectWithTicket(options);
client.addEventListener('stopped', ({ reason }) => console.log(reason));
client.addEventListener('message', ({ data }) => {
  console.log(data);
  client.close();
  // The ticket is spent: a second handshake with it is refused.
  new WebSocket(opened).on('unexpected-response', (request, { statusCode }) => {
    console.log(statusCode);
    process.exit();
  });
});
`;

/** The tarball that npm would publish, installed by npm into an empty folder, on the Node that runs this. */
describe('installed npm package', () => {
  let folder: string;
  let cli: string;
  let redis: TestRedis;
  let service: Ticketd;
  before(async function () {
    this.timeout(120_000);
    folder = mkdtempSync(join(tmpdir(), 'ticketd-installed-'));
    const { filename } = pack('.', folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    install(folder, `./${filename}`, 'ws');
    cli = join(folder, 'node_modules/.bin/ticketd');
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY }, { cli });
    await service.line((line) => line.event === 'server_listening' && line.listener === 'public');
  });
  after(() => rmSync(folder, { recursive: true }));

  const program = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('brings no package but itself', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).to.have.members(['ticketd', 'ws']);
  });

  it('is run by npx', () => {
    expect(npm(folder, 'exec', '--no', '--', 'ticketd', '--version')).to.equal(`${version}\n`);
  });

  it('opens exactly one WebSocket for a JWT and its ticket', async () => {
    const gatewayEnv = { PATH: process.env.PATH, TICKETD_URL: await service.url('internal'), GATEWAY_KEY };
    const gateway = spawn(process.execPath, [program('gateway.js', GATEWAY)], { env: gatewayEnv });
    try {
      const [port] = await once(gateway.stdout.setEncoding('utf8'), 'data');
      const TICKET_URL = `${await service.url()}/api/v1/auth/ws-ticket`;
      const env = { TICKET_URL, SOCKET_URL: `ws://127.0.0.1:${port.trim()}`, JWT: token({ sub: 'carol' }) };
      const { stdout } = await promisify(execFile)(process.execPath, [program('client.js', CLIENT)], { env });
      expect(stdout.trim().split('\n')).to.deep.equal(['Hello, carol', 'closed', '403']);
    } finally {
      gateway.kill('SIGKILL');
      await once(gateway, 'close');
    }
  });

  it('reports Redis and readiness by exit codes of check-redis and probe', async () => {
    const url = await service.url();
    const codeOf = async (...args: string[]) => (await ticketd(args, {}, { cli }).exit).code;
    expect(await codeOf('check-redis', '--url', redis.url)).to.equal(0);
    expect(await codeOf('check-redis', '--url', 'redis://127.0.0.1:1', '--timeout', '500')).to.equal(1);
    expect(await codeOf('probe', 'ready', '--url', url)).to.equal(0);
    expect(await codeOf('check-config')).to.equal(78);
  });

  it('exits with code 0 on SIGTERM', async () => {
    service.process.kill('SIGTERM');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
  });
});
