import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { stallTolerantTimeout } from '../../../src/time/timeouts.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

describe('stall-tolerant timeout', () => {
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

  it('fires once, after its time', async () => {
    stallTolerantTimeout(fire, 1_000);
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

  it('fires after the event loop has read its sockets', async () => {
    stallTolerantTimeout(fire, 1_000);
    clock.tick(1_000);
    expect(fired).to.equal(0);
    await turns(1);
    expect(fired).to.equal(0);
    await turns(2);
    expect(fired).to.equal(1);
  });

  it('does not fire when it is cancelled during that read', async () => {
    const cancel = stallTolerantTimeout(fire, 1_000);
    clock.tick(1_000);
    await turns(1);
    cancel();
    await turns();
    expect(fired).to.equal(0);
  });

  it('leaves no timer behind when it is cancelled', () => {
    const cancel = stallTolerantTimeout(fire, 1_000);
    expect(clock.countTimers()).to.equal(1);
    cancel();
    expect(clock.countTimers()).to.equal(0);
  });
});
