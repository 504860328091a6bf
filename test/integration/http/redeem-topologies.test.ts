import { expect } from 'chai';
import { subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { startCluster } from '../../support/cluster.ts';
import { token } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../support/redeem.ts';
import { openFeed, untilFeed } from '../../support/revocation-feed.ts';
import { startSentinelSetup } from '../../support/sentinel.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

// Enough that a cluster of three masters keeps tickets and revocations on each of them.
const SUBJECTS = Array.from({ length: 30 }, (_, number) => `subject-${number}`);

for (const [name, start] of [
  ['Cluster', () => startCluster({ replicas: 0 })],
  ['Sentinel', () => startSentinelSetup()],
] as const)
  describe(`tickets and revocations with Redis ${name}`, () => {
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

    it('sends each revocation to the feeds of both instances, in the same order, and resumes at the other one', async () => {
      const [mine, others] = await Promise.all([untilFeed(here.internalUrl), untilFeed(elsewhere.internalUrl)]);
      const before = (await mine.untilMessages(1))[0]?.id;
      await others.untilMessages(1);
      await Promise.all(SUBJECTS.map((sub, number) => revoke(number % 2 ? here : elsewhere, 'subject', jwtOf(sub))));
      const keys = SUBJECTS.map((subject) => subjectKey({ issuer: undefined, subject }));
      for (const feed of [mine, others]) {
        await until('all entries', () => feed.keys.length === keys.length);
        expect(feed.keys).to.have.members(keys);
      }
      const resumed = await openFeed(elsewhere.internalUrl, { lastEventId: before });
      await until('all entries', () => resumed.keys.length === keys.length);
      expect(others.messages.slice(1)).to.deep.equal(mine.messages.slice(1));
      expect(resumed.messages).to.deep.equal(mine.messages);
      const { body } = await redeem(here, { ticket: await issueTicket(here, { jwt: jwtOf(String(SUBJECTS[0])) }) });
      expect(body.revocationPosition).to.equal(mine.lastId);
      for (const feed of [mine, others, resumed]) feed.close();
    });
  });
