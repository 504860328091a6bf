import { expect } from 'chai';
import { SECRET } from '../support/jwt.ts';
import { DOWN_AFTER_MS, type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { closeServers, tcpServer } from '../support/tcp-server.ts';
import { endAll, serve } from '../support/ticketd.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED, NO_REPLY } from './support/expect-usual.ts';

const BACK_WITHIN_MS = DOWN_AFTER_MS + 4000;

describe('Redis connection through Sentinels', function () {
  this.timeout(120_000);
  let setup: SentinelSetup;
  beforeEach(async () => {
    setup = await startSentinelSetup();
  });
  afterEach(async () => {
    await endAll();
    await closeServers();
    await setup.remove();
  });

  for (const [letter, name, detectedBy, detectedWithinMs] of [
    ['a', 'SIGKILL', CLOSED, 100],
    ['b', 'SIGSTOP', NO_REPLY, 2000],
  ] as const)
    it(`recovers through the new master after ${name} of the old one (30${letter})`, async () => {
      const master = await setup.master();
      await expectThrough({
        case: `30${letter}`,
        name: `Sentinel (down-after ${DOWN_AFTER_MS} ms): ${name} of the master`,
        env: setup.env,
        fault: name === 'SIGKILL' ? master.stop : master.pause,
        detectedBy,
        detectedWithinMs,
        recoveredWithinMs: BACK_WITHIN_MS - detectedWithinMs,
      });
    });

  it('stays up and writes nothing to stderr when a Sentinel is gone', async () => {
    const service = serve({ JWT_SECRET: SECRET, ...setup.env });
    await service.url();
    const [, , gone] = setup.sentinels;
    await gone?.remove();
    const replacement = await tcpServer((socket) => socket.destroy(), gone?.port);
    await until('ticketd retries that Sentinel', () => replacement.accepted >= 2);
    expect(service.stderr).to.equal('');
    expect(service.events).not.to.include('redis_down');
  });
});
