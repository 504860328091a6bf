import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { patientTimeout } from '../../../src/redis/patient-timer.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

describe('a patient time-out', () => {
  let clock: SinonFakeTimers;
  let fired = 0;
  const fire = () => {
    fired += 1;
  };
  beforeEach(() => {
    clock = freezeTime();
    fired = 0;
  });
  afterEach(() => clock.restore());

  it('fires once its time is over, and once only', async () => {
    patientTimeout(fire, 1_000);
    clock.tick(999);
    await turns();
    expect(fired).to.equal(0);
    clock.tick(1);
    await turns();
    expect(fired).to.equal(1);
    clock.tick(10_000);
    await turns();
    expect(fired).to.equal(1);
  });

  it('lets the event loop read its sockets before it fires', async () => {
    patientTimeout(fire, 1_000);
    clock.tick(1_000);
    expect(fired).to.equal(0);
    await turns(1);
    expect(fired).to.equal(0);
    await turns(2);
    expect(fired).to.equal(1);
  });

  it('does not fire when what it waited for was read meanwhile', async () => {
    const cancel = patientTimeout(fire, 1_000);
    clock.tick(1_000);
    await turns(1);
    cancel();
    await turns();
    expect(fired).to.equal(0);
  });

  it('leaves no timer behind when it is cancelled', () => {
    const cancel = patientTimeout(fire, 1_000);
    expect(clock.countTimers()).to.equal(1);
    cancel();
    expect(clock.countTimers()).to.equal(0);
  });
});
