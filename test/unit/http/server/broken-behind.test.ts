import { expect } from 'chai';
import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { openConnection, type RawConnection } from '../../../support/raw-connection.ts';
import { answersIn, exchange, rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const GET = rawRequest('GET /first HTTP/1.1', ['Host: x']);
const HALF = rawRequest('POST /half HTTP/1.1', ['Host: x', 'Transfer-Encoding: chunked'], '1\r\na\r\n');

/** What may follow a request on its connection, and the status of the response to it. */
const broken: Readonly<Record<string, readonly [string, number]>> = {
  'bytes that are not HTTP': ['GARBAGE\r\n\r\n', 400],
  'headers that are too large': [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431],
  'a request with a malformed body': [`${HALF}zz\r\n`, 400],
  'a CONNECT request': [rawRequest('CONNECT x:1 HTTP/1.1', ['Host: x']), 400],
};

describe('HTTP listener when malformed bytes follow a request in progress', () => {
  let listener: RunningListener;
  let connection: RawConnection;
  let held: ReturnType<typeof heldRequests>;
  beforeEach(async () => {
    held = heldRequests();
    listener = await startListener(held.handler, { headersMs: 300, requestMs: 300, checkEveryMs: 50 });
    connection = await openConnection(listener.url);
  });
  afterEach(async () => {
    connection.destroy();
    held.release();
    await listener.stop(AbortSignal.timeout(5000));
  });

  const sendAll = async (bytes: string) => {
    await connection.send(bytes);
    await until('the first', () => held.started.length === 1);
    await until('all of it read', () => held.started[0]?.request.socket.bytesRead === bytes.length);
  };
  const answers = () => answersIn(connection.received).map(({ status, body }) => (status === 200 ? body : status));

  for (const [what, [bytes, status]] of Object.entries(broken)) {
    it(`answers the request first, then returns ${status} for ${what}`, async () => {
      await sendAll(GET + bytes);
      expect(connection.received).to.equal('');
      held.answer();
      await connection.closed;
      expect(answers()).to.deep.equal(['/first', status]);
      expect(held.paths).to.deep.equal(['/first']);
    });

    it(`answers the request first, then returns ${status} for ${what} in a second packet`, async () => {
      await sendAll(GET);
      await connection.send(bytes);
      await until('more read', () => Number(held.started[0]?.request.socket.bytesRead) > GET.length);
      expect(connection.received).to.equal('');
      held.answer();
      await connection.closed;
      expect(answers()).to.deep.equal(['/first', status]);
    });
  }

  it('answers the request first when an incomplete request behind it times out', async () => {
    await sendAll(GET + GET.slice(0, 10));
    const { socket } = held.started[0]?.request ?? {};
    await until('the time-out', () => socket?.isPaused());
    held.answer();
    await connection.closed;
    expect(answers()).to.deep.equal(['/first', 408]);
  });

  it('sends no further response when more malformed bytes follow', async () => {
    await sendAll([GET, GET.replace('first', 'second'), 'GARBAGE\r\n\r\n'].join(''));
    held.release();
    await connection.send('MORE GARBAGE\r\n\r\n');
    await connection.closed;
    expect(answers()).to.deep.equal(['/first', '/second', 400]);
  });

  it('sends one response when the body of the request itself is malformed', async () => {
    await connection.send(HALF);
    await until('the request', () => held.started.length === 1);
    await connection.send('zz\r\n');
    await connection.closed;
    held.answer();
    expect(answers()).to.deep.equal([400]);
  });

  it('answers the request when the rest of its body is malformed', async () => {
    await connection.send(HALF);
    await until('the request', () => held.started.length === 1);
    held.answer();
    await until('the response', () => connection.received !== '');
    await connection.send('zz\r\n');
    await connection.closed;
    expect(answers()).to.deep.equal(['/half']);
  });

  it('answers the request when the client half-closes the connection', async () => {
    const answered = exchange(listener.url, GET, { end: true });
    await until('the request', () => held.started.length === 1);
    await until('the end of its side', () => held.started[0]?.request.socket.readableEnded);
    held.answer();
    expect((await answered).map(({ body }) => body)).to.deep.equal(['/first']);
  });
});
