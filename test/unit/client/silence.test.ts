import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client silenceMs', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('closes a connection without a message for that long, and opens another one', async () => {
    const rig = createClientRig(clock, { silenceMs: 7_000 });
    await rig.open();
    await rig.pass(6_999);
    expect(rig.socket().closedWith).to.equal(undefined);
    await rig.pass(1);
    expect(rig.socket().closedWith).to.not.equal(undefined);
    await rig.pass(500);
    await rig.open();
    expect(rig.journal.slice(2)).to.deep.equal([
      'close 1006 no message within 7000 ms @ 7000',
      'retry 1 in 500 closed @ 7000',
      'connecting 1 closed @ 7500',
      'open @ 7500',
    ]);
  });

  it('counts from the last message', async () => {
    const rig = createClientRig(clock, { silenceMs: 7_000 });
    await rig.open();
    for (let n = 0; n < 3; n += 1) {
      await rig.pass(6_999);
      rig.socket().message('tick');
    }
    await rig.pass(6_999);
    expect(rig.client.state).to.equal('open');
    await rig.pass(1);
    expect(rig.journal.at(-1)).to.equal('retry 1 in 500 closed @ 27997');
  });

  it('ignores the end of the connection that it closed', async () => {
    const rig = createClientRig(clock, { silenceMs: 7_000 });
    await rig.open();
    await rig.pass(7_000);
    const journal = [...rig.journal];
    rig.socket().message('late');
    rig.socket().end(4001);
    expect(rig.journal).to.deep.equal(journal);
  });

  it('leaves no timer after close()', async () => {
    const rig = createClientRig(clock, { silenceMs: 7_000 });
    await rig.open();
    rig.socket().message('tick');
    rig.client.close();
    expect(clock.countTimers()).to.equal(0);
  });

  for (const silenceMs of [undefined, 0, -1, Number.NaN])
    it(`is off with ${silenceMs}`, async () => {
      const rig = createClientRig(clock, { silenceMs });
      await rig.open();
      rig.socket().message('tick');
      expect(clock.countTimers()).to.equal(0);
    });

  it('is off with more than a timer can wait, and so is timeoutMs', async () => {
    const rig = createClientRig(clock, { silenceMs: Number.POSITIVE_INFINITY, timeoutMs: Number.POSITIVE_INFINITY });
    await rig.pass(3_600_000);
    await rig.open();
    await rig.pass(3_600_000);
    expect(rig.journal).to.deep.equal(['connecting 0 connect @ 0', 'open @ 3600000']);
  });
});
