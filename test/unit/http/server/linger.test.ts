import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { CONNECTION_LIMITS } from '../../../../src/http/server/limits.ts';
import { freezeTime, turns } from '../../../support/frozen-time.ts';
import { type RunningListener, startListener } from '../../../support/listener.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';

const MANY = 4_000_000;
const MAX_TURNS = 20_000;
const post = (headers: readonly string[]) => rawRequest('POST / HTTP/1.1', ['Host: x', ...headers]);

/** Sends everything before it reads anything, as many clients do. Resolves with what it then reads. */
const writeThenRead = async (port: number, parts: readonly string[]): Promise<string> => {
  const socket = connect(port, '127.0.0.1').pause().setEncoding('latin1');
  let failure: Error | undefined;
  socket.once('error', (error) => {
    failure = error;
  });
  await once(socket, 'connect');
  for (const part of parts) await new Promise<void>((resolve) => socket.write(part, () => resolve()));
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.resume();
  await once(socket, 'close');
  if (failure !== undefined) throw failure;
  return text;
};

describe('HTTP listener when a client writes its whole request before it reads', () => {
  let listener: RunningListener;
  afterEach(() => listener.stop(AbortSignal.timeout(5000)));

  const closing: Parameters<typeof startListener>[0] = (_request, response) =>
    response.writeHead(413, { Connection: 'close' }).end('too much');

  const sent: Readonly<Record<string, readonly [readonly string[], number]>> = {
    '413 when the Content-Length of the body is too large': [
      [post([`Content-Length: ${MANY}`]), 'x'.repeat(MANY)],
      413,
    ],
    '413 when a chunked body is too large': [
      [post(['Transfer-Encoding: chunked']), `3d0900\r\n${'x'.repeat(MANY)}\r\n0\r\n\r\n`],
      413,
    ],
    '413 when 50,000 pipelined requests follow': [[post([]), post([]).repeat(50_000)], 413],
    '431 when the headers are too large': [[post(['X: y']).trimEnd(), `\r\nX: ${'x'.repeat(MANY)}`], 431],
    '400 when the bytes are not HTTP': [['nonsense\r\n', 'x'.repeat(MANY)], 400],
    '400 to CONNECT': [[rawRequest('CONNECT x:1 HTTP/1.1', ['Host: x']), 'x'.repeat(MANY)], 400],
  };
  for (const [how, [parts, status]] of Object.entries(sent))
    it(`delivers the response ${how}`, async () => {
      listener = await startListener(closing);
      const answers = answersIn(await writeThenRead(listener.port, parts));
      expect(answers.map((answer) => answer.status)).to.deep.equal([status]);
    });

  it('delivers the response 413 when the handler stops reading the body', async () => {
    listener = await startListener((request, response) => {
      request.once('data', () => {
        request.pause();
        closing(request, response);
      });
    });
    const answers = answersIn(
      await writeThenRead(listener.port, [post([`Content-Length: ${MANY}`]), 'x'.repeat(MANY)]),
    );
    expect(answers.map((answer) => answer.status)).to.deep.equal([413]);
  });
});

describe('HTTP listener after the last response of a connection', () => {
  let listener: RunningListener;
  let clock: SinonFakeTimers;
  let client: Socket;
  let server: Socket;
  const { lingerMs, lingerBytes } = CONNECTION_LIMITS;

  beforeEach(async () => {
    listener = await startListener((request, response) => {
      server = request.socket;
      response.writeHead(200, { Connection: 'close' }).end();
    });
    clock = freezeTime();
    client = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {}).resume();
    await once(client, 'connect');
    client.write(post([`Content-Length: ${10 * lingerBytes}`]));
    await once(client, 'end');
  });
  afterEach(async () => {
    clock.restore();
    client.destroy();
    await listener.stop(AbortSignal.timeout(5000));
  });

  /** Waits for real I/O while the clock is frozen. */
  const untilSoon = async (holds: () => boolean): Promise<void> => {
    for (let left = MAX_TURNS; !holds(); left -= 1) {
      if (left === 0) throw new Error('the condition was not met in time');
      await turns();
    }
  };

  const isOpen = async (): Promise<boolean> => {
    await turns();
    return !server.destroyed;
  };

  it('keeps the connection open until the client closes it', async () => {
    expect(await isOpen()).to.equal(true);
    client.end();
    await untilSoon(() => server.destroyed);
  });

  it('closes the connection after 5 s', async () => {
    clock.tick(lingerMs - 1);
    expect(await isOpen()).to.equal(true);
    clock.tick(1);
    expect(await isOpen()).to.equal(false);
  });

  it('closes the connection when the client has sent more than 16 MiB, not at 16 MiB', async () => {
    const before = server.bytesRead;
    client.write(Buffer.alloc(lingerBytes));
    await untilSoon(() => server.bytesRead === before + lingerBytes);
    clock.tick(250);
    expect(await isOpen()).to.equal(true);
    client.write('x');
    await untilSoon(() => server.bytesRead > before + lingerBytes);
    clock.tick(250);
    expect(await isOpen()).to.equal(false);
  });
});
