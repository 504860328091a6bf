import { expect } from 'chai';
import { startCluster } from '../../support/cluster.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../support/redeem.ts';
import { startSentinelSetup } from '../../support/sentinel.ts';
import { type RunningService, startService } from '../../support/service.ts';

// Enough that a cluster of three masters keeps tickets and revocations on each of them.
const SUBJECTS = Array.from({ length: 30 }, (_, number) => `subject-${number}`);

for (const [name, start] of [
  ['Cluster', () => startCluster({ replicas: 0 })],
  ['Sentinel', () => startSentinelSetup()],
] as const)
  describe(`POST /ws-ticket/redeem with Redis ${name}`, () => {
    let topology: Awaited<ReturnType<typeof start>>;
    let here: RunningService;
    let elsewhere: RunningService;

    before(async () => {
      topology = await start();
      const env = { ...topology.env, GATEWAY_KEYS: GATEWAY_KEY };
      [here, elsewhere] = await Promise.all([startService(env), startService(env)]);
    });
    after(async () => {
      await Promise.all([here.stop(), elsewhere.stop()]);
      await topology.remove();
    });

    const jwtOf = (sub: string) => token({ sub, sessionId: `session-of-${sub}` });
    const issueAll = () => Promise.all(SUBJECTS.map((sub) => issueTicket(here, { jwt: jwtOf(sub) })));
    const redeemAll = async (tickets: readonly string[]) =>
      Promise.all(tickets.map(async (ticket) => (await redeem(elsewhere, { ticket })).status));
    const all = (status: number) => SUBJECTS.map(() => status);
    const lastReasons = () =>
      new Set(
        elsewhere
          .eventsOf('ws_ticket_rejected')
          .slice(-SUBJECTS.length)
          .map(({ reason }) => reason),
      );

    it('redeems each ticket once, at another instance than its issuer, and logs a replay as used', async () => {
      const tickets = await issueAll();
      expect(await redeemAll(tickets)).to.deep.equal(all(200));
      expect(await redeemAll(tickets)).to.deep.equal(all(403));
      expect([...lastReasons()]).to.deep.equal(['used']);
    });

    for (const scope of ['session', 'subject'])
      it(`rejects tickets whose ${scope} was revoked at another instance, and accepts later ones`, async () => {
        const tickets = await issueAll();
        for (const sub of SUBJECTS) expect((await revoke(elsewhere, scope, jwtOf(sub))).status).to.equal(204);
        expect(await redeemAll(tickets)).to.deep.equal(all(403));
        expect([...lastReasons()]).to.deep.equal(['revoked']);
        expect(await redeemAll(await issueAll())).to.deep.equal(all(200));
      });
  });
