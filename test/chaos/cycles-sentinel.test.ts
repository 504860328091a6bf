import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { CYCLES, expectNoGrowth, killClients } from './support/cycles.ts';

describe('one outage after another', function () {
  this.timeout(120_000);
  let setup: SentinelSetup;
  before(async () => {
    setup = await startSentinelSetup();
  });
  after(() => setup.remove());

  it('leaves Redis behind Sentinels usable, and nothing behind (34b)', async () => {
    const master = await setup.master();
    await expectNoGrowth({
      case: '34b',
      fault: `${CYCLES} × CLIENT KILL, Sentinel`,
      env: setup.env,
      breakOff: () => killClients(master),
    });
  });
});
