import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { pause } from '../../../src/time/clock.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

describe('pause()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const isDone = async (paused: Promise<void>): Promise<boolean> => {
    let done = false;
    void paused.then(() => {
      done = true;
    });
    await turns(1);
    return done;
  };

  it('ends after its time, and removes its listener from the signal', async () => {
    const { signal } = new AbortController();
    const paused = pause(500, signal);
    clock.tick(499);
    expect(await isDone(paused)).to.equal(false);
    clock.tick(1);
    expect(await isDone(paused)).to.equal(true);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('ends when the signal aborts, and leaves no timer behind', async () => {
    const controller = new AbortController();
    const paused = pause(500, controller.signal);
    controller.abort();
    expect(await isDone(paused)).to.equal(true);
    expect(clock.countTimers()).to.equal(0);
  });

  it('ends immediately when the signal has aborted before', async () => {
    expect(await isDone(pause(500, AbortSignal.abort()))).to.equal(true);
    expect(clock.countTimers()).to.equal(0);
  });
});
