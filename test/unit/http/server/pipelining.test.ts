import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { ask } from '../../../support/ask.ts';
import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { openConnection, type RawConnection } from '../../../support/raw-connection.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const get = (path: string) => rawRequest(`GET ${path} HTTP/1.1`, ['Host: x']);
// More than the kernel buffers for a connection that is not read.
const FLOOD_BYTES = 16_000_000;
// The number of bytes that Node.js reads from a socket in one call.
const ONE_READ = 65_536;
const paths = (count: number) => Array.from({ length: count }, (_, n) => `/${n}`);
const bodies = ({ received }: RawConnection) => answersIn(received).map(({ body }) => body);

describe('HTTP listener when a client pipelines requests', () => {
  let listener: RunningListener;
  let connection: RawConnection;
  const start = async (...args: Parameters<typeof startListener>) => {
    listener = await startListener(...args);
    connection = await openConnection(listener.url);
  };
  afterEach(async () => {
    connection.destroy();
    await listener.stop(AbortSignal.timeout(5000));
  });

  it('handles the requests one at a time, in order', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(paths(5).map(get).join(''));
    for (const count of [1, 2, 3, 4, 5]) {
      await until(`request ${count}`, () => held.started.length >= count);
      expect(held.paths).to.deep.equal(paths(count));
      expect(listener.inFlight()).to.equal(1);
      held.answer();
    }
    await until('the last response', () => bodies(connection).length === 5);
    expect(bodies(connection)).to.deep.equal(paths(5));
    expect(listener.inFlight()).to.equal(0);
  });

  it('answers all of 5,000 requests with bodies, in order', async () => {
    await start((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.once('end', () => setImmediate(() => response.end(text)));
    });
    const numbers = Array.from({ length: 5000 }, (_, n) => String(n));
    const post = (body: string) => rawRequest('POST / HTTP/1.1', ['Host: x', `Content-Length: ${body.length}`], body);
    await connection.send(numbers.map(post).join(''));
    await until('the last response', () => connection.received.endsWith('\r\n4999'));
    expect(bodies(connection)).to.deep.equal(numbers);
  });

  it('answers all requests when the handler reads no body', async () => {
    await start((_request, response) => response.end('unread'));
    const post = rawRequest('POST / HTTP/1.1', ['Host: x', 'Content-Length: 40000'], 'x'.repeat(40_000));
    await connection.send(post.repeat(20));
    await until('the last response', () => bodies(connection).length === 20);
  });

  it('answers all requests when one of them is completed late', async () => {
    await start((request, response) => request.resume().once('end', () => response.end(request.url)));
    const [head, rest] = [rawRequest('POST /1 HTTP/1.1', ['Host: x', 'Content-Length: 4'], 'ha'), 'lf'];
    await connection.send(get('/0') + head);
    await until('the first response', () => bodies(connection).length === 1);
    await connection.send(rest + get('/2'));
    await until('the last response', () => bodies(connection).length === 3);
    expect(bodies(connection)).to.deep.equal(paths(3));
  });

  const readOfFlood = async (request: string, begin: (first: IncomingMessage) => unknown = () => {}) => {
    const held = heldRequests();
    await start(held.handler);
    const flood = connect(listener.port, '127.0.0.1').on('error', () => {});
    await once(flood, 'connect');
    flood.write(request.repeat(Math.ceil(FLOOD_BYTES / request.length)));
    await until('the first', () => held.started.length === 1);
    const { request: first } = held.started[0] as { readonly request: IncomingMessage };
    await begin(first);
    // After these turns of the event loop the server would have read more.
    for (let n = 0; n < 20; n += 1) {
      const other = ask(`${listener.url}/other`).catch(() => {});
      await until('another client', () => held.started.length === n + 2);
      held.started.at(-1)?.response.end('{}');
      await other;
    }
    const { bytesRead } = first.socket;
    flood.destroy();
    held.release();
    return bytesRead;
  };

  it('stops reading the connection while the first request is in progress', async () => {
    expect(await readOfFlood(get('/flood'))).to.be.at.most(ONE_READ);
  });

  it('stops reading the connection when the body of the first request is read late', async () => {
    const post = rawRequest('POST /flood HTTP/1.1', ['Host: x', 'Content-Length: 4'], 'body');
    expect(await readOfFlood(post, (first) => once(first.resume(), 'end'))).to.be.at.most(ONE_READ);
  });

  it('stops reading the connection also after it has answered some requests', async () => {
    const held = heldRequests();
    await start(held.handler);
    const flood = get('/flood');
    void connection.send(flood.repeat(FLOOD_BYTES / flood.length));
    while (held.started.length < 5000) {
      held.answer();
      await turn();
    }
    const bytesHandled = held.started.length * flood.length;
    expect(held.started[0]?.request.socket.bytesRead).to.be.within(bytesHandled, bytesHandled + ONE_READ);
    connection.destroy();
    held.release();
  });

  it('does not handle the remaining requests after the client disconnects', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(paths(500).map(get).join(''));
    await until('the first', () => held.started.length === 1);
    connection.destroy();
    await until('the connection closed', () => {
      held.answer();
      return listener.inFlight() === 0;
    });
    expect(held.started.length).to.be.below(500);
  });
});
