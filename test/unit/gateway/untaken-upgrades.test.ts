import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { addUpgradeRoute, type UpgradeListener, type UpgradeServer } from '../../../src/gateway/upgrade-routes.ts';
import { type FakeConnection, fakeConnection, fakeServer } from '../../support/fake-upgrade.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/gateway upgrade routes next to other upgrade listeners', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const add = (server: UpgradeServer, path: string, timeoutMs = 1000) =>
    addUpgradeRoute(server, { path, timeoutMs, handle: () => {} });

  it('answer 404 after the longest timeout when another listener does nothing', () => {
    const { server, upgrade } = fakeServer();
    add(server, '/a', 500);
    add(server, '/b');
    server.on('upgrade', () => {});
    const connection = upgrade('/c');
    clock.tick(999);
    expect(connection.sent).to.equal('');
    clock.tick(1);
    expect(connection.sent).to.match(/^HTTP\/1.1 404 /);
  });

  for (const [what, use] of Object.entries<(socket: FakeConnection) => void>({
    'reads the socket': (socket) => socket.on('data', () => {}),
    'reads the socket in paused mode': (socket) => socket.on('readable', () => {}),
    'pipes the socket': (socket) => socket.pipe(fakeConnection()),
    'pauses the socket': (socket) => socket.pause(),
    'ended the socket': (socket) => socket.end('x'),
    'wrote to the socket': (socket) => Object.assign(socket, { bytesWritten: 1 }),
  }))
    for (const order of ['before', 'after'] as const)
      it(`do not answer when another listener, added ${order}, ${what}`, () => {
        const { server, upgrade } = fakeServer();
        const foreign: UpgradeListener = (_request, socket) => use(socket as FakeConnection);
        if (order === 'before') server.on('upgrade', foreign);
        add(server, '/a');
        if (order === 'after') server.on('upgrade', foreign);
        const connection = upgrade('/c');
        clock.tick(1_000_000);
        expect(connection.sent).to.be.oneOf(['', 'x']);
        expect(connection.destroyed).to.equal(false);
      });

  for (const [what, prepare, use] of [
    ['was written to before', (socket) => Object.assign(socket, { bytesWritten: 7 }), () => {}],
    ['has an end listener', () => {}, (socket) => socket.on('end', () => {})],
    ['has an error listener', () => {}, (socket) => socket.on('error', () => {})],
    [
      'is receiving the response to an earlier request',
      (socket) => Object.assign(socket, { bytesWritten: 7, _httpMessage: {} }),
      (socket) => Object.assign(socket, { bytesWritten: 99 }),
    ],
  ] as readonly [string, (socket: FakeConnection) => unknown, (socket: FakeConnection) => unknown][])
    it(`answer 404 on a connection that ${what}`, () => {
      const { server, upgrade } = fakeServer();
      add(server, '/a');
      server.on('upgrade', (_request, socket) => use(socket as FakeConnection));
      const connection = fakeConnection();
      prepare(connection);
      upgrade('/c', {}, connection);
      clock.tick(1000);
      expect(connection.sent).to.match(/^HTTP\/1.1 404 /);
    });

  it('leave no timer when the connection is closed', async () => {
    const { server, upgrade } = fakeServer();
    add(server, '/a');
    server.on('upgrade', () => {});
    const connection = upgrade('/c');
    expect(clock.countTimers()).to.equal(1);
    connection.destroy();
    await new Promise((resolve) => connection.once('close', resolve));
    expect(clock.countTimers()).to.equal(0);
  });
});
