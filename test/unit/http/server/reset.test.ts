import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { ask } from '../../../support/ask.ts';
import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const HOST = 'Host: x';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
const EXPECT = ['Expect: 100-continue', 'Content-Length: 4'];

const sent: Readonly<Record<string, string>> = {
  'has sent CONNECT': rawRequest('CONNECT x:443 HTTP/1.1', [HOST]),
  'has sent CONNECT behind another request':
    rawRequest('GET / HTTP/1.1', [HOST]) + rawRequest('CONNECT x:1 HTTP/1.1', [HOST]),
  'has requested an upgrade': rawRequest('GET / HTTP/1.1', [HOST, ...UPGRADE]),
  'has sent bytes that are not HTTP': 'GARBAGE\r\n\r\n',
  'waits for 100 Continue': rawRequest('POST / HTTP/1.1', [HOST, ...EXPECT]),
  'has sent an unknown Expect header': rawRequest('POST / HTTP/1.1', [HOST, 'Expect: miracles']),
  'has sent half a body': rawRequest('POST / HTTP/1.1', [HOST, 'Content-Length: 4'], 'ha'),
  'has sent nothing': '',
};

describe('HTTP listener when the client resets the connection', () => {
  let listener: RunningListener;
  let held: ReturnType<typeof heldRequests>;
  beforeEach(async () => {
    held = heldRequests();
    listener = await startListener((request, response) => {
      if (request.url === '/other') response.end('{}');
      else held.handler(request, response);
    });
  });
  afterEach(() => listener.stop(AbortSignal.timeout(5000)));

  // An error without a listener would be an uncaught exception, which fails the test.
  for (const [what, bytes] of Object.entries(sent))
    it(`keeps serving when the client ${what}`, async () => {
      for (let n = 0; n < 5; n += 1) {
        const socket = connect(listener.port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
        if (bytes !== '') await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
        // Both before and after the server has read it.
        if (n % 2 === 1) await asOther();
        socket.resetAndDestroy();
      }
      held.release();
      await until('every request ended', () => listener.inFlight() === 0);
      await asOther();
    });

  const asOther = async (): Promise<void> => {
    expect((await ask(`${listener.url}/other`)).status).to.equal(200);
  };
});
