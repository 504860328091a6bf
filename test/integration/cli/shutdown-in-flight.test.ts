import { expect } from 'chai';
import { askTicket, keepAliveAgent } from '../../support/ask.ts';
import { sendHalfRequest, untilInFlight } from '../../support/half-request.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { isOpen } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('a keep-alive request in flight when SIGTERM comes', () => {
  let redis: TestRedis;
  let service: Ticketd;
  beforeEach(async () => {
    redis = await startRedis();
    service = serve({ JWT_SECRET: SECRET, REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '10000' });
    await service.url();
  });
  afterEach(async () => {
    await endAll();
    await redis.stop();
  });

  /** Signals, and resolves when no new connection is accepted any more. */
  const close = async (): Promise<void> => {
    const port = Number(new URL(await service.url()).port);
    service.process.kill('SIGTERM');
    await until('the port closed', async () => !(await isOpen(port)));
  };

  const expectClean = async (): Promise<void> => {
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.events.at(-1)).to.equal('server_stopped');
  };

  it('ends with 200 and Connection: close, Redis being usable to its end', async () => {
    const { connection, finish } = await sendHalfRequest(service);
    await close();
    await finish();
    await connection.closed;
    expect(connection.received).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    expect(connection.received).to.match(/\r\nConnection: close\r\n/i);
    expect(connection.received).to.contain('"ticket":"wst_');
    await expectClean();
  });

  it('ends with Connection: close on the error path of a bad body', async () => {
    const { connection, finish } = await sendHalfRequest(service);
    await close();
    await finish('no-json');
    await connection.closed;
    expect(connection.received).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(connection.received).to.match(/\r\nConnection: close\r\n/i);
    await expectClean();
  });

  it('ends with Connection: close on the error path of a Redis that goes away', async () => {
    const { connection, finish } = await sendHalfRequest(service);
    await close();
    await redis.stop();
    await service.line('redis_down');
    await finish();
    await connection.closed;
    expect(connection.received).to.match(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(connection.received).to.match(/\r\nConnection: close\r\n/i);
    expect(connection.received).to.match(/\r\nRetry-After: 2\r\n/i);
    await expectClean();
  });

  it('ends with 200 and Connection: close when it was waiting for Redis to answer', async () => {
    const agent = keepAliveAgent();
    expect((await askTicket(await service.url(), agent)).headers.connection).to.equal('keep-alive');
    await redis.pause();
    const answer = askTicket(await service.url(), agent);
    await untilInFlight(service);
    await close();
    await redis.resume();
    const { status, headers } = await answer;
    expect(status).to.equal(200);
    expect(headers.connection).to.equal('close');
    await expectClean();
  });

  it('does not hold the shutdown once its client has gone', async () => {
    const { connection } = await sendHalfRequest(service);
    await close();
    connection.destroy();
    await expectClean();
  });
});
