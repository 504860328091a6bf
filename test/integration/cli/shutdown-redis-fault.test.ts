import { expect } from 'chai';
import { askTicket, TICKET_PATH } from '../../support/ask.ts';
import { untilInFlight } from '../../support/in-flight.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

// Shorter than the 3 s after which the connection to a Redis that hangs is closed, and far longer than a shutdown takes.
const DEADLINE_MS = 2500;

describe('serve on SIGTERM when Redis is faulty', () => {
  let redis: TestRedis;
  let service: Ticketd;
  beforeEach(async () => {
    redis = await startRedis();
    service = serve({
      JWT_SECRET: SECRET,
      REDIS_URL: redis.url,
      REDIS_COMMAND_TIMEOUT_MS: '20000',
      SHUTDOWN_TIMEOUT_MS: String(DEADLINE_MS),
    });
    await service.url();
  });
  afterEach(async () => {
    await endAll();
    await redis.stop();
  });

  const expectExit = async (code: number): Promise<void> => {
    service.process.kill('SIGTERM');
    expect(await service.exit).to.deep.equal({ code, signal: null });
  };

  it('exits 0 when Redis hangs and no request waits for it', async () => {
    await redis.pause();
    await expectExit(0);
    expect(service.events.at(-1)).to.equal('server_stopped');
  });

  it('exits 0 when Redis already failed a heartbeat', async () => {
    await redis.pause();
    await service.line('redis_down');
    await expectExit(0);
  });

  it('exits 0 when Redis is gone and ticketd is reconnecting', async () => {
    await redis.stop();
    await service.line('redis_down');
    await expectExit(0);
  });

  it('exits 124 at the deadline and names the request that waits for a hanging Redis', async () => {
    await redis.pause();
    const lost = askTicket(await service.url()).catch((error: Error) => error);
    await untilInFlight(service);
    await expectExit(124);
    expect(service.lines.at(-1)?.event).to.equal('server_stop_forced');
    expect(service.lines.at(-1)?.pending).to.contain(`POST ${TICKET_PATH}`);
    expect(await lost).to.be.an.instanceOf(Error);
  });
});
