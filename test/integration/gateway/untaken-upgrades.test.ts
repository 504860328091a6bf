import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { type AcceptUpgrade, createGateway, type Gateway, type GatewayEvent } from '../../../src/gateway/gateway.ts';
import { listen } from '../../support/gateway-rig.ts';
import { enter } from '../../support/knock.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';
import { until } from '../../support/until.ts';

const LIMIT = { upgradeTimeoutMs: 100 };
// Longer than any test may take.
const NEVER = { upgradeTimeoutMs: 600_000 };

const nothing: AcceptUpgrade = () => {};

describe('ticketd/gateway with an upgrade that no listener handles', () => {
  let ticketd: RedeemStub;
  let gateway: Gateway;
  let server: Server;
  let url: string;
  let events: GatewayEvent[];

  before(async () => {
    ticketd = await startRedeemStub();
  });
  after(() => ticketd.stop());

  beforeEach(async () => {
    events = [];
    gateway = createGateway({
      redeem: { url: ticketd.url, key: GATEWAY_KEY },
      onEvent: (event) => events.push(event),
    });
    server = createServer((_request, response) => setImmediate(() => response.end('plain')));
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await gateway.close();
  });

  const openConnections = () => promisify(server.getConnections.bind(server))();
  const untilNoneIsOpen = () => until('no connection is open', async () => (await openConnections()) === 0);
  const dial = async (bytes: string): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(bytes);
    return socket;
  };
  /** Resolves when the time limit of all earlier upgrades has passed. */
  const untilLimitEnds = async () => expect(await talk(url, upgradeRequest('/nowhere'))).to.match(/^HTTP\/1.1 404 /);

  it('returns 404 immediately when every listener is a gateway, for 200 upgrades', async () => {
    for (const path of ['/a', '/b']) gateway.protect(server, nothing, { path, ...NEVER });
    const other = createGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY } });
    other.protect(server, nothing, { path: '/c', ...NEVER });
    const answers = await Promise.all(Array.from({ length: 200 }, () => talk(url, upgradeRequest('/third'))));
    expect(answers.filter((answer) => /^HTTP\/1.1 404 [\s\S]*"NOT_FOUND"/.test(answer))).to.have.length(200);
    await untilNoneIsOpen();
    await other.close();
  });

  it('returns 404 after upgradeTimeoutMs when another listener ignores it, also when half-closed', async () => {
    gateway.protect(server, nothing, { path: '/a', ...LIMIT });
    server.on('upgrade', () => {});
    const halfClosed = await dial(upgradeRequest('/half'));
    halfClosed.end();
    expect(await text(halfClosed)).to.match(/^HTTP\/1.1 404 /);
    await untilLimitEnds();
    await untilNoneIsOpen();
  });

  it('returns 404 when an earlier request of the connection is still in progress', async () => {
    gateway.protect(server, nothing, { path: '/a', ...LIMIT });
    server.on('upgrade', () => {});
    const answers = await talk(url, rawRequest('GET / HTTP/1.1', ['Host: x']) + upgradeRequest('/third'));
    expect(answers.match(/HTTP\/1.1 \d+/g)).to.deep.equal(['HTTP/1.1 200', 'HTTP/1.1 404']);
    await untilNoneIsOpen();
  });

  it('survives a client that resets the connection', async () => {
    gateway.protect(server, nothing, { path: '/a', ...LIMIT });
    server.on('upgrade', () => {});
    const upgraded = once(server, 'upgrade');
    const socket = await dial(upgradeRequest('/third'));
    await upgraded;
    socket.resetAndDestroy();
    await untilNoneIsOpen();
    await untilLimitEnds();
  });

  it('leaves the socket to another WebSocket server after upgradeTimeoutMs', async () => {
    gateway.protect(server, nothing, { path: '/a', ...LIMIT });
    const others = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/ws')
        others.handleUpgrade(request, socket, head, (ws) => ws.on('message', () => ws.send('y')));
    });
    const { socket } = await enter(`${url.replace('http', 'ws')}/ws`);
    await untilLimitEnds();
    socket.send('x');
    expect(String((await once(socket, 'message'))[0])).to.equal('y');
    socket.terminate();
  });

  for (const [what, take] of Object.entries<(socket: Socket) => void>({
    'reads data events': (socket) => socket.on('data', () => {}),
    'reads on readable events': (socket) => socket.on('readable', () => {}),
    'pauses the socket': (socket) => socket.pause(),
    'has written to it': (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  }))
    it(`leaves the socket after upgradeTimeoutMs to another listener that ${what}`, async () => {
      gateway.protect(server, nothing, { path: '/a', ...LIMIT });
      const taken = new Promise<Socket>((resolve) => {
        server.on('upgrade', ({ url: path }, socket) => {
          if (path !== '/theirs') return;
          take(socket as Socket);
          resolve(socket as Socket);
        });
      });
      const client = await dial(upgradeRequest('/theirs'));
      const socket = await taken;
      await untilLimitEnds();
      expect(socket.writable).to.equal(true);
      socket.end('bye');
      expect(await text(client))
        .to.match(/bye$/)
        .and.not.include('404');
    });

  it('returns 503 when the function never handles the connection of an admitted client', async () => {
    gateway.protect(server, nothing, LIMIT);
    expect(await talk(url, upgradeRequest(`/?ticket=${ticketd.issue()}`))).to.match(
      /^HTTP\/1.1 503 [\s\S]*WS_TICKET_OUTCOME_UNKNOWN/,
    );
    expect(events.at(-1)).to.include({
      event: 'upgrade_failed',
      level: 'error',
      errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
      error: 'nothing took the connection within 100 ms',
    });
    await untilNoneIsOpen();
  });

  for (const refuse of ['http', 'close'] as const)
    it(`returns 503 or 401 when the WebSocket server never decides, with refuse: ${refuse}`, async () => {
      const sockets = new WebSocketServer({ noServer: true, verifyClient: (_info, _decide) => {} });
      gateway.protect(server, sockets, { refuse, ...LIMIT });
      expect(await talk(url, upgradeRequest(`/?ticket=${ticketd.issue()}`))).to.match(/^HTTP\/1.1 503 /);
      expect(await talk(url, upgradeRequest('/'))).to.match(/^HTTP\/1.1 401 /);
      await untilNoneIsOpen();
    });

  it('leaves the socket to another listener that handles it during the redeem', async () => {
    const release = ticketd.hold();
    gateway.protect(server, nothing, NEVER);
    server.on('upgrade', (_request, socket) => setImmediate(() => socket.write('HTTP/1.1 101 Mine\r\n\r\n')));
    const upgraded = once(server, 'upgrade');
    const client = await dial(upgradeRequest(`/?ticket=${ticketd.issue()}`));
    const [, socket] = await upgraded;
    await once(client, 'data');
    release();
    await until('the redeem is over', () => events.length === 2);
    expect(events[1]).to.include({
      event: 'upgrade_failed',
      error: 'another upgrade listener of the server took the connection',
    });
    expect(socket.writable).to.equal(true);
    socket.destroy();
  });

  it('closes a refused client that never closes its side', async () => {
    gateway.protect(server, nothing, NEVER);
    const client = await dial(upgradeRequest('/'));
    client.pause();
    await untilNoneIsOpen();
    client.destroy();
  });
});
