import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime, turns } from '../../../support/frozen-time.ts';
import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { openConnection, type RawConnection } from '../../../support/raw-connection.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const GRACE_MS = 250;
const SWEEP_MS = 100;
const GET = rawRequest('GET /whole HTTP/1.1', ['Host: x']);
const HALF_A_BODY = rawRequest('POST /half HTTP/1.1', ['Host: x', 'Content-Length: 10'], 'half');

/** What a client may leave unfinished, and the status of the response to it. */
const unfinished: Readonly<Record<string, readonly [string, number | undefined]>> = {
  'that has sent nothing': ['', undefined],
  'that stops in the middle of the request line': ['GET /health HT', 408],
  'that stops in the middle of the headers': ['GET /health HTTP/1.1\r\nHost: x\r\nX-A', 408],
  'that stops before the body': [HALF_A_BODY.replace(/half$/, ''), 408],
  'that stops in the middle of the body': [HALF_A_BODY, 408],
  'that stops in the middle of a chunk': [
    rawRequest('POST / HTTP/1.1', ['Host: x', 'Transfer-Encoding: chunked'], 'a\r\nhalf'),
    408,
  ],
  'that starts a TLS handshake': ['\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 400],
  'that sends CONNECT': [rawRequest('CONNECT x:443 HTTP/1.1', ['Host: x:443']), 400],
};

const readsBody: Parameters<typeof startListener>[0] = (request, response) =>
  request.resume().once('end', () => response.end(request.url));

describe('HTTP listener during shutdown', () => {
  let listener: RunningListener;
  let connection: RawConnection;
  const start = async (...args: Parameters<typeof startListener>) => {
    listener = await startListener(...args);
    connection = await openConnection(listener.url);
  };
  afterEach(() => connection.destroy());

  const statuses = () => answersIn(connection.received).map(({ status }) => status);
  /** Resolves when the server has read everything sent on `connection` so far. */
  const untilRead = async () => {
    const other = await openConnection(listener.url);
    await other.send(rawRequest('GET /read HTTP/1.1', ['Host: x']));
    await until('another response', () => other.received !== '');
    other.destroy();
  };

  for (const [client, [bytes, status]] of Object.entries(unfinished))
    it(`closes the connection of a client ${client}`, async () => {
      await start(readsBody);
      if (bytes !== '') await connection.send(bytes);
      await untilRead();
      await listener.stop(new AbortController().signal);
      await connection.closed;
      expect(statuses()).to.deep.equal(status === undefined ? [] : [status]);
    });

  it('closes the connection of a client that sends its body byte by byte', async () => {
    await start(readsBody);
    await connection.send(HALF_A_BODY.replace('Content-Length: 10', 'Content-Length: 1000000'));
    const trickle = setInterval(() => void connection.send('a'), 20);
    await untilRead();
    await listener.stop(new AbortController().signal);
    clearInterval(trickle);
  });

  it('closes the connection of a client that still sends the body of a request answered with 401', async () => {
    await start((request, response) => {
      if (request.url === '/half') response.writeHead(401).end();
      else response.end();
    });
    await connection.send(HALF_A_BODY.replace('Content-Length: 10', 'Content-Length: 1000000'));
    const trickle = setInterval(() => void connection.send('a'), 20);
    await until('the response', () => statuses().length === 1);
    await listener.stop(new AbortController().signal);
    clearInterval(trickle);
    expect(statuses()).to.deep.equal([401]);
  });

  it('closes the connection of a client that does not read its responses', async () => {
    let answered = 0;
    await start((_request, response) => {
      answered += 1;
      response.end(Buffer.alloc(1_000_000));
    });
    const deaf = connect(listener.port, '127.0.0.1').pause();
    deaf.on('error', () => {});
    await once(deaf, 'connect');
    deaf.write(GET.repeat(100));
    let before = -1;
    await until('the responses stuck', () => {
      const isStuck = answered > 0 && answered === before;
      before = answered;
      return isStuck;
    });
    await listener.stop(new AbortController().signal);
    expect(answered).to.be.below(100);
    deaf.destroy();
  });

  it('answers a complete request with Connection: close, and ignores an incomplete one behind it', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(GET + GET.slice(0, 20));
    await until('the request', () => held.started.length === 1);
    const stopped = listener.stop(new AbortController().signal);
    held.answer();
    await stopped;
    await connection.closed;
    expect(answersIn(connection.received)).to.have.length(1);
    expect(answersIn(connection.received)[0]).to.deep.include({ status: 200, body: '/whole' });
    expect(answersIn(connection.received)[0]?.headers.connection).to.equal('close');
  });

  it('answers every pipelined request, the last one with Connection: close', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(GET.repeat(3));
    await until('the first', () => held.started.length === 1);
    listener.drain();
    const stopped = listener.stop(new AbortController().signal);
    held.release();
    await stopped;
    await connection.closed;
    const answers = answersIn(connection.received);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
    expect(answers.map(({ headers }) => headers.connection)).to.deep.equal(['keep-alive', 'keep-alive', 'close']);
  });

  it('does not handle a request that arrives behind the last one during the drain', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(GET);
    await until('the first', () => held.started.length === 1);
    listener.drain();
    await connection.send(GET);
    await until('more read', () => Number(held.started[0]?.request.socket.bytesRead) > GET.length);
    held.answer();
    await connection.closed;
    expect(statuses()).to.deep.equal([200]);
    expect(held.started).to.have.length(1);
    await listener.stop(new AbortController().signal);
  });

  it('closes idle and new connections with the next response after the drain begins', async () => {
    await start(heldRequests().handler);
    const answering = await startListener((_request, response) => response.end());
    const idle = await openConnection(answering.url);
    await idle.send(GET);
    await until('a response', () => idle.received !== '');
    answering.drain();
    const fresh = await openConnection(answering.url);
    for (const { send } of [idle, fresh]) await send(GET);
    await Promise.all([idle.closed, fresh.closed]);
    expect(answersIn(idle.received).map(({ headers }) => headers.connection)).to.deep.equal(['keep-alive', 'close']);
    expect(answersIn(fresh.received).map(({ headers }) => headers.connection)).to.deep.equal(['close']);
    await answering.stop(new AbortController().signal);
    await listener.stop(new AbortController().signal);
  });

  it('destroys open connections on abort, and lists their requests without secrets', async () => {
    const held = heldRequests();
    await start(held.handler);
    await connection.send(rawRequest(`POST /api/v1/auth/wst_Secret/${'a/'.repeat(99)}?ticket=x HTTP/1.1`, ['Host: x']));
    await until('the request', () => held.started.length === 1);
    const error = await listener.stop(AbortSignal.timeout(10)).catch((reason: Error) => reason);
    const path = `/api/v1/auth/…/${'a/'.repeat(99)}`.slice(0, 64);
    expect(error).to.have.property('message', `POST ${path}, 1 open connections`);
    await connection.closed;
  });

  describe('when a request is incomplete', () => {
    let clock: SinonFakeTimers;
    afterEach(() => clock.restore());

    const stopWithHalf = async (handler: Parameters<typeof startListener>[0]) => {
      await start(handler);
      await connection.send(HALF_A_BODY);
      await untilRead();
      clock = freezeTime();
      let stopped = false;
      const stop = listener.stop(new AbortController().signal).then(() => {
        stopped = true;
      });
      return { stop, isStopped: () => stopped };
    };

    it('waits 250 ms for the rest of a request, and answers it', async () => {
      const { stop } = await stopWithHalf(readsBody);
      clock.tick(GRACE_MS - 1);
      await connection.send(' done!');
      await stop;
      await connection.closed;
      expect(statuses()).to.deep.equal([200]);
      expect(answersIn(connection.received)[0]?.headers.connection).to.equal('close');
    });

    it('closes the connection after the 250 ms grace period plus one sweep interval of 100 ms', async () => {
      const { isStopped } = await stopWithHalf(readsBody);
      clock.tick(GRACE_MS - 1);
      await turns();
      expect([isStopped(), connection.received]).to.deep.equal([false, '']);
      clock.tick(SWEEP_MS);
      await connection.closed;
      expect(statuses()).to.deep.equal([408]);
    });

    it('never closes a connection whose complete request is in progress', async () => {
      const held = heldRequests();
      await start(held.handler);
      await connection.send(GET);
      await until('the request', () => held.started.length === 1);
      clock = freezeTime();
      const stop = listener.stop(new AbortController().signal);
      clock.tick(60_000);
      held.answer();
      await stop;
      await connection.closed;
      expect(statuses()).to.deep.equal([200]);
    });
  });
});
