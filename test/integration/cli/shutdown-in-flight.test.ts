import { expect } from 'chai';
import { askTicket, keepAliveAgent } from '../../support/ask.ts';
import { untilInFlight } from '../../support/in-flight.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { isOpen } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('serve when SIGTERM arrives with a keep-alive request in flight', () => {
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

  it('answers it with 503 and Connection: close when Redis goes away', async () => {
    await redis.pause();
    const answer = askTicket(await service.url());
    await untilInFlight(service);
    await close();
    await redis.stop();
    const { status, headers } = await answer;
    expect(status).to.equal(503);
    expect(headers).to.include({ connection: 'close', 'retry-after': '2' });
    await expectClean();
  });

  it('answers it with 200 and Connection: close when Redis replies late', async () => {
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
});
