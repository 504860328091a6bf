import { createServer } from 'node:http';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { answerRefusal, createGateway, UpgradeRefused } from '../../../src/gateway/gateway.ts';
import { listen } from '../../support/gateway-rig.ts';
import { enter, refused } from '../../support/knock.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('ticketd/gateway protect() with other servers', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
  });
  after(() => service.stop());

  it('passes the connection of an admitted client to a function', async () => {
    const gateway = createGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY } });
    const server = createServer();
    gateway.protect(server, (_request, socket, _head, { subject }) => {
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${subject}`);
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    const request = upgradeRequest(`/?ticket=${await issueTicket(service)}`);
    expect(await talk(url, request)).to.match(/^HTTP\/1.1 101 [\s\S]*\r\n\r\nalice$/);
    expect(await talk(url, request)).to.match(/^HTTP\/1.1 403 /);
    for (const options of [{ refuse: 'close' }, { closeAtSessionEnd: true }] as const)
      expect(() => gateway.protect(server, () => {}, options)).to.throw(TypeError, 'need a WebSocket server');
    server.close();
    await gateway.close();
  });

  it('throws when the WebSocket server would accept every client itself', () => {
    const gateway = createGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY } });
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    expect(() => gateway.protect(server, sockets)).to.throw(TypeError, 'noServer: true');
    sockets.close();
  });

  it('can be replaced by authenticateUpgrade()', async () => {
    const gateway = createGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY } });
    const sockets = new WebSocketServer({ noServer: true });
    const server = createServer().on('upgrade', async (request, socket, head) => {
      try {
        const { subject } = await gateway.authenticateUpgrade(request);
        sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(subject));
      } catch (error) {
        expect(error).to.be.instanceOf(UpgradeRefused).and.include({ status: 401, errorCode: 'WS_TICKET_MISSING' });
        answerRefusal(socket, error as UpgradeRefused);
      }
    });
    const url = `ws://127.0.0.1:${await listen(server)}`;
    const { socket, greeting } = await enter(`${url}?ticket=${await issueTicket(service)}`);
    expect(await greeting).to.equal('alice');
    expect((await refused(url)).status).to.equal(401);
    socket.terminate();
    server.close();
    await gateway.close();
  });
});
