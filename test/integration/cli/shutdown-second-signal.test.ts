import { expect } from 'chai';
import { sendHalfRequest } from '../../support/half-request.ts';
import { SECRET } from '../../support/jwt.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

const start = (drainMs: number): Ticketd =>
  serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://', DRAIN_DELAY_MS: String(drainMs) });

// Forced at its deadline, the service would end with 124.
const expectExit = async (service: Ticketd, second: NodeJS.Signals, code: number): Promise<void> => {
  service.process.kill(second);
  expect(await service.exit).to.deep.equal({ code, signal: null });
  expect(service.events.at(-1)).to.equal('server_draining');
};

describe('a second signal', () => {
  afterEach(endAll);

  for (const first of ['SIGTERM', 'SIGINT'] as const)
    for (const [second, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const)
      it(`exits ${code} at once on ${second} after ${first}, however much is pending`, async () => {
        const service = start(0);
        await sendHalfRequest(service);
        service.process.kill(first);
        await service.line('server_draining');
        await expectExit(service, second, code);
      });

  it('cuts the drain delay short', async () => {
    const service = start(20_000);
    await service.url();
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    await expectExit(service, 'SIGTERM', 143);
  });
});
