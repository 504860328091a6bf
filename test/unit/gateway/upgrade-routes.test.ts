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

describe('the upgrades of a server', () => {
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
    addUpgradeRoute(server, { path, timeoutMs: 1000, take: () => taken.push(path ?? 'all'), ...more });

  it('go to the route of their path, whatever the query, else to that without a path', () => {
    const { server, upgrade } = fakeServer();
    for (const path of ['/a', undefined, '/b']) add(server, path);
    for (const url of ['/a', '/a?b', '/b?/a', '/', '/ab', '/a/']) upgrade(url);
    expect(taken).to.deep.equal(['/a', '/a', '/b', 'all', 'all', 'all']);
    expect(server.listenerCount('upgrade')).to.equal(1);
  });

  it('go to a route as the event has them', () => {
    const { server, upgrade } = fakeServer();
    const seen: unknown[] = [];
    add(server, undefined, { take: (request, socket, head) => seen.push(request.url, socket, head.length) });
    const connection = upgrade('/x');
    expect(seen).to.deep.equal(['/x', connection, 0]);
  });

  it('are seen before any other listener sees them', () => {
    const { server, upgrade } = fakeServer();
    server.on('upgrade', () => taken.push('other'));
    add(server);
    upgrade('/');
    expect(taken).to.deep.equal(['all', 'other']);
  });

  it('are listened for on a server that has no prependListener, too', () => {
    const { server, upgrade } = fakeServer();
    Object.assign(server, { prependListener: undefined });
    add(server);
    upgrade('/');
    expect(taken).to.deep.equal(['all']);
  });

  it('are of WebSockets in any letters, or go to no route', () => {
    const { server, upgrade } = fakeServer();
    add(server);
    upgrade('/', { Upgrade: 'WebSocket' });
    expect(taken).to.deep.equal(['all']);
    expect(upgrade('/', { Upgrade: 'h2c' }).sent).to.match(NOT_FOUND);
    expect(taken).to.deep.equal(['all']);
  });

  it('are refused by the route without a path where they cannot be read', () => {
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

  it('are answered 404 immediately where only routes listen, with the trace id of the handshake', () => {
    const { server, upgrade } = fakeServer();
    for (const path of ['/a', '/b']) add(server, path);
    const { sent } = upgrade('/c', { 'X-Request-Id': 'id-1' });
    expect(sent).to.match(NOT_FOUND).and.include('X-Trace-Id: id-1\r\n');
  });

  it('are left to another listener for the longest of the limits, then answered 404', () => {
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
    'reads it': (socket) => socket.on('data', () => {}),
    'reads it by hand': (socket) => socket.on('readable', () => {}),
    'passes it on': (socket) => socket.pipe(fakeConnection()),
    'pauses it': (socket) => socket.pause(),
    'has ended it': (socket) => socket.end('x'),
    'has written to it': (socket) => Object.assign(socket, { bytesWritten: 1 }),
  }))
    for (const order of ['before', 'after'] as const)
      it(`are never answered where another listener, added ${order}, ${what}`, () => {
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
    ['has a listener for its end', () => {}, (socket) => socket.on('end', () => {})],
    ['has a listener for its errors', () => {}, (socket) => socket.on('error', () => {})],
    [
      'gets the response to an earlier request',
      (socket) => Object.assign(socket, { bytesWritten: 7, _httpMessage: {} }),
      (socket) => Object.assign(socket, { bytesWritten: 99 }),
    ],
  ] as readonly [string, (socket: FakeConnection) => unknown, (socket: FakeConnection) => unknown][])
    it(`are answered 404 all the same on a connection that ${what}`, () => {
      const { server, upgrade } = fakeServer();
      add(server, '/a');
      server.on('upgrade', (_request, socket) => use(socket as FakeConnection));
      const connection = fakeConnection();
      prepare(connection);
      upgrade('/c', {}, connection);
      clock.tick(1000);
      expect(connection.sent).to.match(NOT_FOUND);
    });

  it('leave no timer behind once their connection is closed', async () => {
    const { server, upgrade } = fakeServer();
    add(server, '/a');
    server.on('upgrade', () => {});
    const connection = upgrade('/c');
    expect(clock.countTimers()).to.equal(1);
    connection.destroy();
    await new Promise((resolve) => connection.once('close', resolve));
    expect(clock.countTimers()).to.equal(0);
  });

  it('survive an error of their connection', () => {
    const { server, upgrade } = fakeServer();
    add(server);
    expect(() => upgrade('/').emit('error', new Error('reset'))).not.to.throw();
  });

  it('have one route a path, which can be given up and taken again', () => {
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

  it('are no longer listened for when the last route is given up, and again with the next', () => {
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

  it('are those of one server alone', () => {
    const [one, other] = [fakeServer(), fakeServer()];
    add(one.server, '/a');
    add(other.server, '/b');
    expect(other.upgrade('/a').sent).to.match(NOT_FOUND);
    one.upgrade('/a');
    expect(taken).to.deep.equal(['/a']);
  });
});
