import { once } from 'node:events';
import { createServer, get, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import request from 'supertest';
import { apiHeaders } from '../../../src/protocol/headers.ts';
import { ask } from '../../support/ask.ts';
import { watchReceived } from '../../support/openapi/client-side.ts';
import { watchSent } from '../../support/openapi/server-side.ts';
import type { Watch } from '../../support/openapi/watch.ts';
import { expectDocumented, takeFaults, witnessed } from '../../support/openapi/witness.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';

const HEALTH = '{"status":"UP","checks":{"process":"UP"}}';
const DOCUMENTED = { ...apiHeaders, 'X-Trace-Id': 't1', 'Content-Type': 'application/json' };

/** Answers /health as documented, anything else with an undocumented response. */
const answer: RequestListener = ({ url }, response) => {
  for (const [name, value] of Object.entries(DOCUMENTED)) response.setHeader(name, value);
  if (url === '/health') return void response.end(HEALTH);
  if (url === '/stream') return stream(response);
  response.write('{"surprise":');
  response.end('true}');
};

/** One event in two parts, and no end. */
const stream = (response: ServerResponse): void => {
  response.writeHead(200, ['Content-Type', 'text/event-stream']);
  response.write('id: 1\nevent: sur');
  setImmediate(() => response.write('prise\n\n'));
};

/** A server with these responses, and its port. */
const startServer = async (): Promise<readonly [Server, number]> => {
  const server = createServer(answer);
  server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return [server, (server.address() as AddressInfo).port];
};

const faultsAfter = async (asked: PromiseLike<unknown>): Promise<string> => {
  await asked;
  return takeFaults().join('\n');
};

const FAULT = 'GET /surprise on the public listener (another path): the answer 200 has a status of its own';

for (const [side, startWatch] of [
  ['sent by this process', watchSent],
  ['received from another process', watchReceived],
] as const)
  describe(`OpenAPI check of every response ${side}`, () => {
    let server: Server;
    let watch: Watch;
    let url: string;

    beforeEach(async () => {
      const [started, port] = await startServer();
      server = started;
      url = `http://127.0.0.1:${port}`;
      watch = startWatch();
      watch.hear({ event: 'server_listening', listener: 'public', port });
    });
    afterEach(() => {
      watch.end();
      server.close();
    });

    it('accepts a documented response', async () => {
      const before = witnessed();
      expect(await faultsAfter(ask(`${url}/health`))).to.equal('');
      expect(witnessed()).to.equal(before + 1);
    });

    it('reports an undocumented response, whichever client sent the request', async () => {
      expect(await faultsAfter(ask(`${url}/surprise?ticket=x`))).to.include(FAULT);
      expect(await faultsAfter(request(url).get('/surprise'))).to.include(FAULT);
    });

    it('fails the test in which the undocumented response occurred', async () => {
      await ask(`${url}/surprise`);
      expect(expectDocumented).to.throw(`not as documented:\n${FAULT}`);
      expect(expectDocumented).not.to.throw();
    });

    it('reports an undocumented event stream while it is still open, once for each whole event', async () => {
      const before = witnessed();
      const asked = get(`${url}/stream`);
      const [response] = await once(asked, 'response');
      for await (const part of response) if (String(part).endsWith('\n\n')) break;
      expect(takeFaults()).to.have.length(1);
      expect(witnessed()).to.equal(before + 1);
      asked.destroy();
    });

    it('ignores responses after the service has ended', async () => {
      watch.end();
      expect(await faultsAfter(ask(`${url}/surprise`))).to.equal('');
    });

    it('reports an undocumented response on a raw connection', async () => {
      const connection = await openConnection(url);
      await connection.send(rawRequest('GET /surprise HTTP/1.1', ['Host: x', 'Connection: close']));
      expect(await faultsAfter(connection.closed)).to.include(FAULT);
    });

    if (startWatch === watchSent) {
      it('reports an undocumented response to fetch or raw bytes', async () => {
        expect(await faultsAfter(fetch(`${url}/surprise`))).to.include(FAULT);
        const bytes = rawRequest('GET /surprise HTTP/1.1', ['Host: x', 'Connection: close']);
        expect(await faultsAfter(exchange(url, bytes))).to.include(FAULT);
      });

      it('reports an undocumented response to bytes that are not HTTP', async () => {
        const fault = 'no request  on the public listener (bytes): the answer 400 lacks the header X-Trace-Id';
        expect(await faultsAfter(exchange(url, 'nonsense\r\n\r\n'))).to.include(fault);
      });
    }
  });
