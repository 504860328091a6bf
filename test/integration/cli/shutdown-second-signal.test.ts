import { expect } from 'chai';
import { askTicket } from '../../support/ask.ts';
import { untilInFlight } from '../../support/in-flight.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

const start = (env: Record<string, string>): Ticketd => serve({ JWT_SECRET: SECRET, ...env });

// Forced at its deadline, the service would end with 124.
const expectExit = async (service: Ticketd, second: NodeJS.Signals, code: number): Promise<void> => {
  service.process.kill(second);
  expect(await service.exit).to.deep.equal({ code, signal: null });
  expect(service.events.at(-1)).to.equal('server_draining');
};

describe('serve when a second signal arrives', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await endAll();
    await redis.resume();
  });
  after(() => redis.stop());

  for (const first of ['SIGTERM', 'SIGINT'] as const)
    for (const [second, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const)
      it(`exits ${code} immediately on ${second} after ${first}, with requests pending`, async () => {
        const service = start({ REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '20000' });
        const url = await service.url();
        await redis.pause();
        askTicket(url).catch(() => {});
        await untilInFlight(service);
        service.process.kill(first);
        await service.line('server_draining');
        await expectExit(service, second, code);
      });

  it('exits 143 immediately on a second SIGTERM during the drain delay', async () => {
    const service = start({ REDIS_URL: 'memory://', DRAIN_DELAY_MS: '20000' });
    await service.url();
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    await expectExit(service, 'SIGTERM', 143);
  });
});
