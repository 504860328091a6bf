import { Agent, createServer, type RequestListener } from 'node:http';
import { expect } from 'chai';
import { NoResponseError, post } from '../../../src/gateway/post.ts';
import { freePort } from '../../support/free-port.ts';
import { listen } from '../../support/gateway-rig.ts';
import { hostileValues } from '../../support/hostile-values.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';

describe('ticketd/gateway redeem request', () => {
  const closing: (() => void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) close();
    await closeServers();
  });

  const agent = new Agent();
  const ask = (url: string, more: { readonly agent?: Agent; readonly timeoutMs?: number } = {}) =>
    post({ url: new URL(url), agent, headers: { 'X-Own': '1' }, body: '{"é":1}', timeoutMs: 20_000, ...more });
  const failureOf = async (...args: Parameters<typeof ask>) => {
    const error = await rejectionOf(ask(...args));
    return error instanceof NoResponseError ? { sent: error.sent, cause: error.cause } : expect.fail(String(error));
  };
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener);
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    return `http://127.0.0.1:${await listen(server)}/path`;
  };

  it('sends method, headers and Content-Length, and returns the whole response', async () => {
    const url = await serve(async (request, response) => {
      const { method, url: path, headers } = request;
      const parts = await request.setEncoding('utf8').toArray();
      response.writeHead(418).write('€');
      response.end(JSON.stringify([method, path, headers['x-own'], headers['content-length'], parts.join('')]));
    });
    expect(await ask(url)).to.deep.equal({ status: 418, text: '€["POST","/path","1","8","{\\"é\\":1}"]' });
  });

  it('accepts a response of 65,536 characters and rejects a longer one', async () => {
    expect((await ask(await serve((_request, response) => response.end('x'.repeat(65_536))))).text).to.have.length(
      65_536,
    );
    const { sent, cause } = await failureOf(await serve((_request, response) => response.end('x'.repeat(65_537))));
    expect(sent).to.equal(true);
    expect(cause).to.have.property('message', 'the response is too long');
  });

  it('counts as not sent when nothing listens on the port', async () => {
    const { sent, cause } = await failureOf(`http://127.0.0.1:${await freePort()}`);
    expect(sent).to.equal(false);
    expect(cause).to.have.property('code', 'ECONNREFUSED');
  });

  it('counts as sent when the connection closes before the response is complete', async () => {
    for (const bytes of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}']) {
      const { port } = await tcpServer((socket) => socket.on('data', () => socket.end(bytes)));
      expect((await failureOf(`http://127.0.0.1:${port}`)).sent).to.equal(true);
    }
  });

  it('counts as sent when there is no response within timeoutMs', async () => {
    const { port } = await silentServer();
    const { sent, cause } = await failureOf(`http://127.0.0.1:${port}`, { timeoutMs: 50 });
    expect(sent).to.equal(true);
    expect(cause).to.include({ message: 'timed out after 50 ms', code: 'ETIMEDOUT' });
  });

  it('counts as not sent when the agent is for the other protocol', async () => {
    const { sent, cause } = await failureOf('https://127.0.0.1:1');
    expect(sent).to.equal(false);
    expect(cause).to.have.property('message').that.includes('Protocol "https:" not supported');
  });

  for (const [what, value] of Object.entries(hostileValues()))
    it(`counts as not sent when the agent throws ${what}`, async () => {
      const addRequest = () => {
        throw value;
      };
      const { sent, cause } = await failureOf('http://127.0.0.1:1', {
        agent: Object.assign(new Agent(), { addRequest }),
      });
      expect(sent).to.equal(false);
      expect(cause === value).to.equal(true);
    });
});
