import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { type AcceptUpgrade, createGateway, type Gateway } from '../../../src/gateway/gateway.ts';
import { listen } from '../../support/gateway-rig.ts';
import { talk, UPGRADE_HEADERS, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';

describe('ticketd/gateway protect() called several times for one server', () => {
  let ticketd: RedeemStub;
  let gateway: Gateway;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    ticketd = await startRedeemStub();
    gateway = createGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY } });
    server = createServer();
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  afterEach(async () => {
    await gateway.close();
    server.close();
    ticketd.stop();
  });

  const answering =
    (name: string): AcceptUpgrade =>
    (_request, socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n\r\n${name}`);

  it('handles each path by its own call, and other paths by the call without a path', async () => {
    gateway.protect(server, answering('all'));
    const endA = gateway.protect(server, answering('a'), { path: '/a' });
    gateway.protect(server, answering('b'), { path: '/b' });
    const takenBy = async (path: string) =>
      (await talk(url, upgradeRequest(`${path}?ticket=${ticketd.issue()}`))).split('\r\n\r\n')[1];
    expect([await takenBy('/a'), await takenBy('/b'), await takenBy('/c')]).to.deep.equal(['a', 'b', 'all']);
    expect(() => gateway.protect(server, answering('a'), { path: '/a' })).to.throw(TypeError, 'the path /a of this');
    endA();
    expect(await takenBy('/a')).to.equal('all');
    await gateway.close();
    expect(server.listenerCount('upgrade')).to.equal(0);
  });

  it('handles only WebSocket upgrades', async () => {
    gateway.protect(server, answering('all'));
    const asking = (protocol: string) =>
      upgradeRequest(
        `/?ticket=${ticketd.issue()}`,
        UPGRADE_HEADERS.map((line) => line.replace('Upgrade: websocket', `Upgrade: ${protocol}`)),
      );
    expect(await talk(url, asking('h2c'))).to.match(/^HTTP\/1.1 404 /);
    expect(await talk(url, asking('WebSocket'))).to.match(/all$/);
  });
});
