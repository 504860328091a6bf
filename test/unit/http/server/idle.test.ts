import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { CONNECTION_LIMITS } from '../../../../src/http/server/limits.ts';
import { ask } from '../../../support/ask.ts';
import { untilUnread } from '../../../support/kernel-queue.ts';
import { heldRequests, type RunningListener, startListener } from '../../../support/listener.ts';
import { answersIn, rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const GET = rawRequest('GET /x HTTP/1.1', ['Host: x']);

describe('HTTP listener with an idle connection', () => {
  let held: ReturnType<typeof heldRequests>;
  let listener: RunningListener;
  let client: Socket;
  let server: Socket;
  let received: string;
  let failure: Error | undefined;

  beforeEach(async () => {
    held = heldRequests();
    held.release();
    listener = await startListener(held.handler);
    [received, failure] = ['', undefined];
    client = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    client.on('error', (error) => {
      failure = error;
    });
    await once(client, 'connect');
    client.write(GET);
    await until('the first response', () => received !== '');
    server = held.started[0]?.request.socket ?? expect.fail();
    await until('the connection is idle', () => server.timeout !== CONNECTION_LIMITS.stalledMs);
  });
  afterEach(async () => {
    client.destroy();
    await listener.stop(AbortSignal.timeout(5000));
  });

  const statuses = () => answersIn(received).map(({ status }) => status);
  /** What Node does when nothing happened on the connection during its time limit. */
  const timeOut = (): void => void server.emit('timeout');
  const stop = (): void => void listener.stop(AbortSignal.timeout(5000));
  /** Resolves when a second response or a reset has come. */
  const untilAnswered = () => until('a second response', () => failure !== undefined || statuses().length === 2);

  it('advertises in Keep-Alive a time that ends 5 s before its own', async () => {
    expect(answersIn(received)[0]?.headers['keep-alive']).to.equal('timeout=70');
    expect(server.timeout).to.equal(75_000);
  });

  it('lets a client that reads Keep-Alive close first', async () => {
    const agent = new Agent({ keepAlive: true, timeout: 600_000 });
    // The response is no JSON.
    await ask(listener.url, { agent }).catch(() => undefined);
    const idle = await until('the client is idle', () => Object.values(agent.freeSockets)[0]?.[0]);
    expect(idle.timeout).to.be.within(1, 70_000);
    agent.destroy();
  });

  for (const [what, end] of Object.entries({
    'as its idle time ends': timeOut,
    'as a shutdown begins': stop,
  }))
    it(`answers a request that has arrived ${what}`, async () => {
      client.write(GET);
      untilUnread(client);
      end();
      await untilAnswered();
      expect([statuses(), failure]).to.deep.equal([[200, 200], undefined]);
    });

  it('closes without a reset when its idle time ends, whatever the client still sends', async () => {
    const before = server.bytesRead;
    timeOut();
    await once(client, 'end');
    client.write(GET);
    await until('it is read, or a reset', () => failure !== undefined || server.bytesRead > before);
    client.end();
    await once(client, 'close');
    expect([statuses(), failure]).to.deep.equal([[200], undefined]);
  });

  it('answers a request of which half has arrived when the idle time ends', async () => {
    const before = server.bytesRead;
    client.write(GET.slice(0, 20));
    await until('half of it is read', () => server.bytesRead > before);
    timeOut();
    client.write(GET.slice(20));
    await untilAnswered();
    expect([statuses(), failure]).to.deep.equal([[200, 200], undefined]);
  });

  it('closes when only the rest of a body has arrived after its response', async () => {
    client.write(rawRequest('POST /x HTTP/1.1', ['Host: x', 'Content-Length: 4'], 'bo'));
    await until('the second response', () => statuses().length === 2);
    const [before, ended] = [server.bytesRead, once(client, 'end')];
    client.write('dy');
    await until('the rest of the body is read', () => server.bytesRead > before);
    timeOut();
    expect(server.timeout).to.equal(CONNECTION_LIMITS.stalledMs);
    timeOut();
    await ended;
    expect(statuses()).to.deep.equal([200, 200]);
  });
});
