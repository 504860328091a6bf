import { expect } from 'chai';
import { addUpgradeRoute, type UpgradeRoute, type UpgradeServer } from '../../../src/gateway/upgrade-routes.ts';
import { fakeConnection, fakeServer } from '../../support/fake-upgrade.ts';

const NOT_FOUND =
  /^HTTP\/1.1 404 Not Found\r\n[\s\S]*\{"errorCode":"NOT_FOUND","message":"There is no WebSocket here",/;

describe('ticketd/gateway upgrade routes', () => {
  afterEach(() => {
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
