import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import {
  addUpgradeRoute,
  type UpgradeListener,
  type UpgradeRoute,
  type UpgradeServer,
} from '../../../src/gateway/upgrade-routes.ts';
import { type FakeConnection, fakeConnection, fakeServer } from '../../support/fake-upgrade.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const NOT_FOUND =
  /^HTTP\/1.1 404 Not Found\r\n[\s\S]*\{"errorCode":"NOT_FOUND","message":"There is no WebSocket here",/;

describe('ticketd/gateway upgrade routes', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => {
    clock.restore();
    taken.length = 0;
  });

  const taken: string[] = [];
  const add = (server: UpgradeServer, path?: string, more: Partial<UpgradeRoute> = {}) =>
    addUpgradeRoute(server, { path, timeoutMs: 1000, handle: () => taken.push(path ?? 'all'), ...more });

  it('match the path without the query, or else fall back to the route without a path', () => {
    const { server, upgrade } = fakeServer();
    for (const path of ['/a', undefined, '/b']) add(server, path);
    for (const url of ['/a', '/a?b', '/b?/a', '/', '/ab', '/a/']) upgrade(url);
    expect(taken).to.deep.equal(['/a', '/a', '/b', 'all', 'all', 'all']);
    expect(server.listenerCount('upgrade')).to.equal(1);
  });

  it('pass on request, socket and head of the event', () => {
    const { server, upgrade } = fakeServer();
    const seen: unknown[] = [];
    add(server, undefined, { handle: (request, socket, head) => seen.push(request.url, socket, head.length) });
    const connection = upgrade('/x');
    expect(seen).to.deep.equal(['/x', connection, 0]);
  });

  it('run before any other upgrade listener', () => {
    const { server, upgrade } = fakeServer();
    server.on('upgrade', () => taken.push('other'));
    add(server);
    upgrade('/');
    expect(taken).to.deep.equal(['all', 'other']);
  });

  it('work on a server without prependListener', () => {
    const { server, upgrade } = fakeServer();
    Object.assign(server, { prependListener: undefined });
    add(server);
    upgrade('/');
    expect(taken).to.deep.equal(['all']);
  });

  it('match Upgrade: WebSocket in any letter case, and answer 404 to other protocols', () => {
    const { server, upgrade } = fakeServer();
    add(server);
    upgrade('/', { Upgrade: 'WebSocket' });
    expect(taken).to.deep.equal(['all']);
    expect(upgrade('/', { Upgrade: 'h2c' }).sent).to.match(NOT_FOUND);
    expect(taken).to.deep.equal(['all']);
  });

  it('pass an unreadable request to the route without a path, or answer 404', () => {
    const { server } = fakeServer();
    add(server, '/a');
    const unreadable = {
      get headers() {
        throw new Error('headers');
      },
      get url() {
        throw new Error('url');
      },
    };
    const connection = fakeConnection();
    server.emit('upgrade', unreadable, connection, Buffer.alloc(0));
    expect(connection.sent).to.match(NOT_FOUND);
    add(server);
    server.emit('upgrade', unreadable, fakeConnection(), Buffer.alloc(0));
    expect(taken).to.deep.equal(['all']);
  });

  it('answer 404 with the trace id of the handshake immediately when no other listener exists', () => {
    const { server, upgrade } = fakeServer();
    for (const path of ['/a', '/b']) add(server, path);
    const { sent } = upgrade('/c', { 'X-Request-Id': 'id-1' });
    expect(sent).to.match(NOT_FOUND).and.include('X-Trace-Id: id-1\r\n');
  });

  it('answer 404 after the longest timeout when another listener does nothing', () => {
    const { server, upgrade } = fakeServer();
    add(server, '/a', { timeoutMs: 500 });
    add(server, '/b');
    server.on('upgrade', () => {});
    const connection = upgrade('/c');
    clock.tick(999);
    expect(connection.sent).to.equal('');
    clock.tick(1);
    expect(connection.sent).to.match(NOT_FOUND);
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
      expect(connection.sent).to.match(NOT_FOUND);
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

  it('handle the error event of the connection', () => {
    const { server, upgrade } = fakeServer();
    add(server);
    expect(() => upgrade('/').emit('error', new Error('reset'))).not.to.throw();
  });

  it('allow one route per path, which can be added again after it was removed', () => {
    const { server, upgrade } = fakeServer();
    const end = add(server, '/a');
    add(server);
    expect(() => add(server, '/a')).to.throw(TypeError, 'the path /a of this server is protected already');
    expect(() => add(server)).to.throw(TypeError, 'every path of this server is protected already');
    end();
    upgrade('/a');
    const endAgain = add(server, '/a');
    end();
    upgrade('/a');
    expect(taken).to.deep.equal(['all', '/a']);
    endAgain();
  });

  it('remove the upgrade listener with the last route and add it again with the next', () => {
    const { server, upgrade } = fakeServer();
    const ends = [add(server, '/a'), add(server)];
    for (const [index, end] of ends.entries()) {
      expect(server.listenerCount('upgrade'), String(index)).to.equal(1);
      end();
    }
    expect(server.listenerCount('upgrade')).to.equal(0);
    add(server, '/a');
    expect(server.listenerCount('upgrade')).to.equal(1);
    upgrade('/a');
    expect(taken).to.deep.equal(['/a']);
  });

  it('apply to one server only', () => {
    const [one, other] = [fakeServer(), fakeServer()];
    add(one.server, '/a');
    add(other.server, '/b');
    expect(other.upgrade('/a').sent).to.match(NOT_FOUND);
    one.upgrade('/a');
    expect(taken).to.deep.equal(['/a']);
  });
});
