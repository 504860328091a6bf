import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';
import { enter, refused } from '../../support/knock.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { tcpServer } from '../../support/tcp-server.ts';
import { commandBlock } from '../support/command-blocks.ts';
import { createGuidePrograms, type GuidePrograms } from '../support/guide-program.ts';

/** A WebSocket server that tells each client who it is. */
const SERVER = `
  import { createServer } from 'node:http';
  import { WebSocketServer } from 'ws';
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true });
  const accept = (request, socket, head, subject) =>
    webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(subject));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
const GATEWAY = `
  import { createGateway } from 'ticketd/gateway';
  const gateway = createGateway({ redeem: { url: process.env.TICKETD_URL, key: process.env.GATEWAY_KEY } });
`;

describe('the gateway code of the guides', () => {
  let service: RunningService;
  let programs: GuidePrograms;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    programs = await createGuidePrograms(['ws', 'engine.io', 'socket.io', 'socket.io-client']);
  });
  after(async () => {
    await programs.stop();
    await service.stop();
  });

  const start = (...parts: readonly string[]) =>
    programs.start(parts.join('\n'), { TICKETD_URL: service.internalUrl, GATEWAY_KEY });
  const ticketFor = (sub: string) => issueTicket(service, { jwt: token({ sub }) });

  const expectAdmission = async (port: string, ticket: string, subject: string) => {
    const { socket, greeting } = await enter(`ws://127.0.0.1:${port}/?ticket=${ticket}`);
    expect(await greeting).to.equal(subject);
    socket.terminate();
    expect((await refused(`ws://127.0.0.1:${port}/?ticket=${ticket}`)).status).to.equal(403);
    expect((await refused(`ws://127.0.0.1:${port}/`)).status).to.equal(401);
  };

  it('admits a client with a function', async () => {
    const greet = "webSockets.on('connection', (webSocket, request) => webSocket.send(request.user));";
    const block = commandBlock('ops/deploy/guides/gateways.md', 'gateway.protect(server, (request');
    await expectAdmission(await start(SERVER, GATEWAY, greet, block), await ticketFor('alice'), 'alice');
  });

  it('admits a client with a ticket and one with a token while both are in use', async () => {
    const old = "const acceptWithToken = (request, socket, head) => accept(request, socket, head, 'by token');";
    const block = commandBlock('ops/deploy/guides/move-from-token-in-url.md', 'import { answerRefusal');
    const port = await start(SERVER, old, block);
    const { socket, greeting } = await enter(`ws://127.0.0.1:${port}/?token=jwt`);
    expect(await greeting).to.equal('by token');
    socket.terminate();
    expect(await talk(`http://127.0.0.1:${port}`, upgradeRequest('//'))).to.match(/^HTTP\/1.1 401 /);
    await expectAdmission(port, await ticketFor('bob'), 'bob');
  });

  it('admits a client of Socket.IO, which gets a fresh ticket for each attempt', async () => {
    const listen = "server.listen(0, '127.0.0.1', () => console.log(server.address().port));";
    const server = `import { createServer } from 'node:http'; const server = createServer(); ${listen}`;
    const greet = "io.on('connection', (socket) => socket.emit('hello', gateway.admissionOf(socket.request).subject));";
    const dropFirst = "io.once('connection', (socket) => setTimeout(() => socket.conn.close(), 10));";
    const block = commandBlock('ops/deploy/guides/gateways.md', 'import { Server as Engine }');
    const port = await start(server, GATEWAY, block, greet, dropFirst);

    const request = JSON.stringify({ method: 'POST', headers: bearer(token({ sub: 'carol' })) });
    const getTicket = `const getTicket = async () =>
      (await (await fetch('${service.url}${TICKET_PATH}', ${request})).json()).ticket;`;
    const secondHello = `let hellos = 0;
      socket.on('hello', (subject) => { hellos += 1; if (hellos === 2) console.log(subject); });`;
    const client = commandBlock('ops/deploy/guides/gateways.md', 'import { io }');
    const here = client
      .replace('https://chat.example.com', `http://127.0.0.1:${port}`)
      .replace('1000 + Math.random() * 4000', '20');
    expect(here).to.not.equal(client);
    expect(await start(getTicket, here, secondHello)).to.equal('carol');
  });

  describe('in Python', () => {
    const block = commandBlock('ops/deploy/guides/gateways.md', 'import http.client, json');
    const redeem = async (url: string, ticket: string): Promise<unknown> => {
      const program = `${block}\nimport sys\nprint(json.dumps(redeem(sys.argv[1], None)))`;
      const env = { PATH: process.env.PATH, TICKETD_URL: url, GATEWAY_KEY };
      const { stdout } = await promisify(execFile)('python3', ['-c', program, ticket], { env });
      return JSON.parse(stdout);
    };

    it('returns who the client is, once, and then 403', async () => {
      const ticket = await ticketFor('dave');
      expect(await redeem(service.internalUrl, ticket)).to.include({ active: true, subject: 'dave' });
      expect(await redeem(service.internalUrl, ticket)).to.equal(403);
    });

    it('returns 503 when ticketd cannot be reached, or something else answers', async () => {
      expect(await redeem('http://127.0.0.1:1', 'wst_x')).to.equal(503);
      for (const answer of ['nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno', '']) {
        const { port, close } = await tcpServer((socket) => socket.once('data', () => socket.end(answer)));
        expect(await redeem(`http://127.0.0.1:${port}`, 'wst_x'), answer).to.equal(503);
        await close();
      }
    });
  });
});
