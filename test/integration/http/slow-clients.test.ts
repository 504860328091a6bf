import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import request from 'supertest';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../../src/http/server/limits.ts';
import { createListener, type Listener } from '../../../src/http/server/listener.ts';
import { recordEvents } from '../../support/emitted.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { expectRawRefusal } from '../../support/raw-refusal.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const BRIEF: ConnectionLimits = {
  ...CONNECTION_LIMITS,
  maxConnections: 3,
  headersMs: 200,
  requestMs: 400,
  stalledMs: 600,
  checkEveryMs: 50,
};
const HALF_A_BODY = rawRequest('POST / HTTP/1.1', ['Host: x', 'Content-Length: 10'], 'half');

describe('HTTP listener with a slow client', () => {
  let listener: Listener;
  let url: string;
  let events: ReturnType<typeof recordEvents>;

  beforeEach(async () => {
    events = recordEvents();
    listener = createListener({
      name: 'public',
      host: '127.0.0.1',
      port: 0,
      // Reads each request to its end, and answers with enough to fill what the kernel buffers.
      handler: (req, res) => req.resume().once('end', () => res.end(Buffer.alloc(200_000))),
      emit: events.emit,
      keepAliveMs: 75_000,
      limits: BRIEF,
    });
    await listener.start();
    url = `http://127.0.0.1:${events.emitted[0]?.fields.port}`;
  });
  afterEach(() => listener.stop(AbortSignal.timeout(5000)).catch(() => {}));

  for (const [what, bytes] of [
    ['sends nothing', ''],
    ['stops in the middle of a line', 'POST / HTTP/1.1\r\nHost'],
    ['stops in the middle of a body', HALF_A_BODY],
  ] as const)
    it(`returns 408 when the client ${what}`, async () => {
      expectRawRefusal(await exchange(url, bytes), 408, 'REQUEST_TIMEOUT');
    });

  it('returns 408 when the client sends headers without end', async () => {
    const connection = await openConnection(url);
    await connection.send('POST / HTTP/1.1\r\n');
    const dripping = setInterval(() => void connection.send('X-A: b\r\n'), 20);
    await connection.closed;
    clearInterval(dripping);
    expect(connection.received).to.match(/^HTTP\/1\.1 408 /);
  });

  it('closes the connection of a client that does not read the responses', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100));
    await until('its answers are stuck', () => listener.inFlight() > 0);
    await until('they are given up', () => listener.inFlight() === 0);
    socket.destroy();
  });

  it('closes a connection beyond the limit immediately, and logs connection_dropped', async () => {
    const held = await Promise.all([1, 2, 3].map(() => openConnection(url)));
    const oneMore = await openConnection(url);
    await oneMore.closed;
    expect(oneMore.received).to.equal('');
    expect(events.emitted.at(-1)).to.deep.equal({ event: 'connection_dropped', fields: { listener: 'public' } });
    held[0]?.destroy();
    await until('there is room again', async () => {
      const { status } = await request(url)
        .head('/')
        .catch(() => ({ status: 0 }));
      return status === 200;
    });
    for (const connection of held) connection.destroy();
  });
});

describe('HTTP listener with many headers', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  const askWith = async (headers: number) => {
    const others = Array.from({ length: headers - 2 }, (_, n) => `X-${n}: y`);
    return exchange(service.url, rawRequest('GET /health HTTP/1.1', ['Host: x', 'Connection: close', ...others]));
  };

  it('returns 200 for 100 headers', async () => {
    expect((await askWith(100)).map(({ status }) => status)).to.deep.equal([200]);
  });

  it('returns 431 for 101 headers', async () => {
    expectRawRefusal(await askWith(101), 431, 'REQUEST_HEADERS_TOO_LARGE');
  });
});
