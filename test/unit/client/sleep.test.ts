import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type ClientRig, createClientRig } from '../../support/client-rig.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

const NIGHT_MS = 8 * 3_600_000;

describe('ticketd/client on a computer that sleeps', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  /** Advances the time. Timers that became due fire once, late. */
  const sleep = async (ms = NIGHT_MS) => {
    await turns();
    clock.jump(ms);
    await turns();
  };
  const living = ({ sockets }: ClientRig) => sockets.filter(({ readyState }) => readyState < 2).length;

  it('keeps an open socket and fires no timer', async () => {
    const rig = createClientRig(clock);
    await rig.open();
    await sleep();
    expect(rig.client.state).to.equal('open');
    expect(rig.sockets).to.have.lengthOf(1);
  });

  it('reconnects with a new JWT when the session expired during sleep', async () => {
    let asked = 0;
    const rig = createClientRig(clock, { getToken: () => `jwt-${++asked}` });
    await rig.open();
    await sleep();
    rig.socket().end(4003);
    await rig.pass(500);
    await rig.open();
    expect(asked).to.equal(2);
    expect(rig.journal.slice(-3)).to.deep.equal([
      `retry 1 in 500 expired @ ${NIGHT_MS}`,
      `connecting 1 expired @ ${NIGHT_MS + 500}`,
      `open @ ${NIGHT_MS + 500}`,
    ]);
  });

  it('makes one attempt when a retry delay passed during sleep', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.request().answer(500);
    await sleep();
    await rig.pass(0);
    expect(rig.requests).to.have.lengthOf(2);
    expect(rig.journal.at(-1)).to.equal(`connecting 1 ticket @ ${NIGHT_MS}`);
  });

  it('aborts the request in progress and does not use a ticket from before sleep', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await sleep();
    await rig.request().answer(200, { ticket: 'wst_of_yesterday' });
    expect(rig.sockets).to.have.lengthOf(0);
    await rig.pass(500);
    await rig.open();
    expect(rig.socket().url).to.match(/ticket-2$/);
    expect(living(rig)).to.equal(1);
  });

  it('calls getToken once more when the JWT expired during sleep', async () => {
    const give: ((jwt: string) => void)[] = [];
    const rig = createClientRig(clock, {
      timeoutMs: 2 ** 31 - 1,
      getToken: () => new Promise((resolve) => void give.push(resolve)),
    });
    await sleep();
    give[0]?.('of-yesterday');
    await rig.pass(0);
    await rig.request().answer(401, { errorCode: 'AUTH_TOKEN_INVALID' });
    give[1]?.('fresh');
    await rig.open();
    expect(rig.journal.at(-1)).to.equal(`open @ ${NIGHT_MS}`);
  });

  it('closes a socket in its handshake before it opens another', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.grant();
    await sleep();
    expect(living(rig)).to.equal(0);
    rig.socket().open();
    await rig.pass(500);
    await rig.grant();
    rig.socket().open();
    expect(rig.sockets).to.have.lengthOf(2);
    expect(rig.journal.slice(1)).to.deep.equal([
      `retry 1 in 500 handshake @ ${NIGHT_MS}`,
      `connecting 1 handshake @ ${NIGHT_MS + 500}`,
      `open @ ${NIGHT_MS + 500}`,
    ]);
  });

  for (const [what, ms] of Object.entries({ forward: NIGHT_MS, back: -NIGHT_MS }))
    it(`waits for Retry-After when the clock is set ${what}`, async () => {
      const rig = createClientRig(clock, { random: () => 0 });
      await rig.pass(0);
      await rig.request().answer(503, {}, { 'Retry-After': '2' });
      clock.setSystemTime(Date.now() + ms);
      await rig.pass(1_999);
      expect(rig.requests).to.have.lengthOf(1);
      await rig.pass(1);
      expect(rig.requests).to.have.lengthOf(2);
    });

  it('measures how long a connection was open by elapsed time, not by the system clock', async () => {
    const rig = createClientRig(clock);
    await rig.open();
    clock.setSystemTime(Date.now() + NIGHT_MS);
    rig.socket().end(4003);
    await rig.pass(500);
    await rig.open();
    rig.socket().end(4003);
    expect(rig.journal.at(-1)).to.equal('retry 2 in 1000 expired @ 500');
  });
});
