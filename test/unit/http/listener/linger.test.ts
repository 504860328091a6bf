import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { CONNECTION_LIMITS } from '../../../../src/http/listener/limits.ts';
import { freezeTime, turns } from '../../../support/frozen-time.ts';
import { type RunningListener, startListener } from '../../../support/listener.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';

const MANY = 4_000_000;
const MAX_TURNS = 20_000;
const post = (headers: readonly string[]) => rawRequest('POST / HTTP/1.1', ['Host: x', ...headers]);

/** Sends everything before it reads anything, as many a client does; resolves with what it then reads. */
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

describe('a client that writes its whole request before it reads the response', () => {
  let listener: RunningListener;
  afterEach(() => listener.stop(AbortSignal.timeout(5000)));

  const closing: Parameters<typeof startListener>[0] = (_request, response) =>
    response.writeHead(413, { Connection: 'close' }).end('too much');

  const sent: Readonly<Record<string, readonly [readonly string[], number]>> = {
    'where its body is refused by its length': [[post([`Content-Length: ${MANY}`]), 'x'.repeat(MANY)], 413],
    'where its body is refused in chunks': [
      [post(['Transfer-Encoding: chunked']), `3d0900\r\n${'x'.repeat(MANY)}\r\n0\r\n\r\n`],
      413,
    ],
    'where other requests follow': [[post([]), post([]).repeat(50_000)], 413],
    'where the headers never end': [[post(['X: y']).trimEnd(), `\r\nX: ${'x'.repeat(MANY)}`], 431],
    'where it is not HTTP': [['nonsense\r\n', 'x'.repeat(MANY)], 400],
    'where it asks for a tunnel': [[rawRequest('CONNECT x:1 HTTP/1.1', ['Host: x']), 'x'.repeat(MANY)], 400],
  };
  for (const [how, [parts, status]] of Object.entries(sent))
    it(`gets its response ${how}`, async () => {
      listener = await startListener(closing);
      const answers = answersIn(await writeThenRead(listener.port, parts));
      expect(answers.map((answer) => answer.status)).to.deep.equal([status]);
    });

  it('gets its response where the handler stops reading the body', async () => {
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

describe('a connection after its last response', () => {
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

  /** Waits with the real I/O, while the clock stands still. */
  const untilSoon = async (holds: () => boolean): Promise<void> => {
    for (let left = MAX_TURNS; !holds(); left -= 1) {
      if (left === 0) throw new Error('it never happened');
      await turns();
    }
  };

  const isOpen = async (): Promise<boolean> => {
    await turns();
    return !server.destroyed;
  };

  it('stays open until its client closes it', async () => {
    expect(await isOpen()).to.equal(true);
    client.end();
    await untilSoon(() => server.destroyed);
  });

  it('stays open for 5 s at most', async () => {
    clock.tick(lingerMs - 1);
    expect(await isOpen()).to.equal(true);
    clock.tick(1);
    expect(await isOpen()).to.equal(false);
  });

  it('is closed once its client has sent 16 MiB more, and not before', async () => {
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
