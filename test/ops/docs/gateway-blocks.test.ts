import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { enter, refused } from '../../support/knock.ts';
import { getPlainly, openEvents } from '../../support/proxies/plain-request.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY, issueTicket, revoke } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';
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

/** Serves what `createServer` gets, and who is listed. The client of `/leaves` is gone during the redeem. */
const STREAMS = `
  import http from 'node:http';
  import { closeAtSessionEnd } from 'ticketd/gateway';
  let answered = 0;
  const createServer = (answer) => {
    const server = http.createServer(async (request, response) => {
      if (request.url === '/sessions') return response.end(JSON.stringify({ answered, sessions: gateway.sessions() }));
      if (request.url.startsWith('/leaves')) request.socket.destroy();
      await answer(request, response);
      answered += 1;
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  };
`;

describe('the gateway code of the guides and of src/gateway/README.md', () => {
  let service: RunningService;
  let programs: GuidePrograms;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
    programs = await createGuidePrograms(['ws']);
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

  it('sends an EventSource until a logout or the end of its session, and keeps none whose client has left', async () => {
    const block = commandBlock('src/gateway/README.md', 'createServer(async (request, response)');
    const url = `http://127.0.0.1:${await start(GATEWAY, STREAMS, block)}`;
    const listed = async () => JSON.parse((await getPlainly(url, '/sessions')).text);
    const openAs = async (claims: Readonly<Record<string, unknown>>) => {
      const stream = await openEvents(url, `/?ticket=${await issueTicket(service, { jwt: token(claims) })}`);
      await stream.untilReceived('data: hello ');
      return stream;
    };
    await getPlainly(url, `/leaves?ticket=${await ticketFor('gone')}`).catch(() => {});
    await until('the request of the client that left is answered', async () => (await listed()).answered === 1);
    const alice = { sub: 'alice', sessionId: 'session-1' };
    const revoked = await openAs(alice);
    const expiring = await openAs({ sub: 'bob', exp: Math.floor(Date.now() / 1000) + 3 });
    expect((await listed()).sessions.map(({ subject }: { subject: string }) => subject)).to.deep.equal([
      'alice',
      'bob',
    ]);
    expect((await revoke(service, undefined, token(alice))).status).to.equal(204);
    await revoked.untilEnded();
    await expiring.untilEnded();
    await until('no stream is listed', async () => (await listed()).sessions.length === 0);
    expect((await getPlainly(url, '/')).status).to.equal(401);
  });
});
