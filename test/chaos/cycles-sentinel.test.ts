import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { CYCLES, expectNoGrowth, killClients } from './support/cycles.ts';

describe('Redis connection after repeated outages', function () {
  this.timeout(120_000);
  let setup: SentinelSetup;
  before(async () => {
    setup = await startSentinelSetup();
  });
  after(() => setup.remove());

  it('recovers with Redis Sentinel and leaks no resources (34b)', async () => {
    const master = await setup.master();
    await expectNoGrowth({
      case: '34b',
      fault: `${CYCLES} × CLIENT KILL, Sentinel`,
      env: setup.env,
      breakOff: () => killClients(master),
    });
  });
});
