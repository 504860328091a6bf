import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client timeouts', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('abort a ticket request after 10 s and ignore a late response', async () => {
    const rig = createClientRig(clock);
    await rig.pass(10_000);
    expect(rig.request().signal.aborted).to.equal(true);
    await rig.grant();
    expect(rig.sockets).to.have.lengthOf(0);
    expect(rig.journal).to.deep.equal([
      'connecting 0 connect @ 0',
      'ticket-error no ticket within 10000 ms @ 10000',
      'retry 1 in 500 ticket @ 10000',
    ]);
  });

  it('abort the signal of getToken and call it again', async () => {
    const signals: AbortSignal[] = [];
    const rig = createClientRig(clock, {
      timeoutMs: 3_000,
      getToken: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    await rig.pass(3_500);
    expect(rig.journal).to.include('ticket-error no ticket within 3000 ms @ 3000');
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
  });

  it('prevent a request with a JWT that arrives too late', async () => {
    const give: ((token: string) => void)[] = [];
    let sent = 0;
    const rig = createClientRig(clock, {
      getToken: () => new Promise((resolve) => void give.push(resolve)),
      // Ignores its signal.
      fetch: async () => Response.json({ sent: ++sent }, { status: 500 }),
    });
    await rig.pass(10_000);
    give[0]?.('late');
    await rig.pass(0);
    expect(sent).to.equal(0);
    rig.client.close();
  });

  it('close a socket whose handshake takes 10 s, and request a new ticket', async () => {
    const rig = createClientRig(clock);
    await rig.pass(9_000);
    await rig.grant();
    await rig.pass(9_999);
    expect(rig.socket().closedWith).to.equal(undefined);
    await rig.pass(1);
    expect(rig.socket().closedWith).to.not.equal(undefined);
    rig.socket().open();
    rig.socket().end();
    await rig.pass(500);
    await rig.open();
    expect(rig.journal.slice(1)).to.deep.equal([
      'retry 1 in 500 handshake @ 19000',
      'connecting 1 handshake @ 19500',
      'open @ 19500',
    ]);
  });

  it('do not affect an open connection', async () => {
    const rig = createClientRig(clock);
    await rig.open();
    await rig.pass(24 * 3_600_000);
    expect(rig.client.state).to.equal('open');
    expect(clock.countTimers()).to.equal(0);
  });
});
