import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client connect() after stopped', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('connects again with short delays', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.request().answer(500);
    await rig.pass(500);
    await rig.request().answer(401, { errorCode: 'AUTH_TOKEN_INVALID' });
    rig.client.connect();
    rig.client.connect();
    await rig.pass(0);
    await rig.request().answer(500);
    expect(rig.journal.slice(-4)).to.deep.equal([
      'stopped unauthorized 401 @ 500',
      'connecting 0 connect @ 500',
      'ticket-error 500 @ 500',
      'retry 1 in 500 ticket @ 500',
    ]);
    expect(rig.requests).to.have.lengthOf(3);
  });

  for (const type of ['ticket-error', 'close'] as const)
    it(`connects again without a retry when a listener of ${type} calls close() and connect()`, async () => {
      const rig = createClientRig(clock);
      rig.client.addEventListener(type, () => {
        rig.client.close();
        rig.client.connect();
      });
      if (type === 'close') await rig.open();
      else await rig.pass(0);
      if (type === 'close') rig.socket().end();
      else await rig.request().answer(500);
      await rig.pass(0);
      expect(rig.journal.at(-1)).to.equal('connecting 0 connect @ 0');
      expect(rig.requests).to.have.lengthOf(2);
    });

  it('connects again when a listener of stopped calls connect()', async () => {
    const rig = createClientRig(clock);
    rig.client.addEventListener('stopped', () => rig.client.connect());
    await rig.pass(0);
    await rig.request().answer(401, { errorCode: 'AUTH_TOKEN_INVALID' });
    await rig.open();
    expect(rig.client.state).to.equal('open');
    expect(rig.requests).to.have.lengthOf(2);
  });
});
