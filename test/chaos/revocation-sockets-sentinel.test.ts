import { expect } from 'chai';
import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { until } from '../support/until.ts';
import { type RevocationRig, startRevocationRig } from './support/revocation-rig.ts';
import { createSocketSessions, type SocketSessions } from './support/revoked-sockets.ts';

// Each has a socket at both gateways.
const SESSIONS_EACH = 24;
// Enough for the whole failover.
const SESSIONS_DURING = 60;

describe('revocations that close the sockets of two gateways across a planned Sentinel failover', function () {
  this.timeout(120_000);
  let setup: SentinelSetup;
  let rig: RevocationRig;
  let sessions: SocketSessions;

  before(async () => {
    // Otherwise the old master confirms writes that the new one does not have.
    setup = await startSentinelSetup({ minReplicas: 1 });
    const { REDIS_URL: url, REDIS_SENTINEL_MASTER: sentinelMaster } = setup.env;
    rig = await startRevocationRig({ env: setup.env, redis: { url, sentinelMaster } });
    sessions = createSocketSessions(rig);
  });
  after(async () => {
    sessions.end();
    await rig.stop();
    await setup.remove();
  });

  it('closes those of all sessions that were revoked before, during and after it, and no others', async () => {
    const first = await sessions.open(SESSIONS_EACH);
    const second = await sessions.open(SESSIONS_DURING);
    const third = await sessions.open(SESSIONS_EACH);
    await sessions.open(SESSIONS_EACH);
    await sessions.revoke(first);
    const failover = setup
      .failover()
      .then(() =>
        until('both use the new master', () =>
          rig.instances.every(({ ticketd }) => ticketd.linesOf('redis_up').length > 0),
        ),
      );
    await sessions.revokeDuring(second, failover);
    await sessions.revokeSurely(third);
    await sessions.expectOutcome();
    expect(rig.gateways.flatMap((gateway) => gateway.eventsOf('revocations_reset'))).to.deep.equal([]);
  });
});
