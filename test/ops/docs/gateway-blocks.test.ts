import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { enter, refused } from '../../support/knock.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
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
});
