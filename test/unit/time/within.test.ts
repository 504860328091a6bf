import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { within } from '../../../src/time/within.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('within() time limit', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('returns the result of the work, and leaves no timer behind', async () => {
    expect(await within(1_000, Promise.resolve('done'))).to.equal('done');
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects with the error of the work, and leaves no timer behind', async () => {
    const error = new Error('broken');
    expect(await rejectionOf(within(1_000, Promise.reject(error)))).to.equal(error);
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects with ETIMEDOUT after the time limit', async () => {
    const outcome = rejectionOf(within(1_000, new Promise(() => {})));
    await clock.tickAsync(999);
    expect(clock.countTimers()).to.equal(1);
    await clock.tickAsync(1);
    expect(await outcome).to.include({ code: 'ETIMEDOUT', message: 'no answer within 1000 ms' });
    expect(clock.countTimers()).to.equal(0);
  });

  it('leaves no unhandled rejection when the work fails after the time limit', async () => {
    let fail: (error: Error) => void = () => {};
    const work = new Promise((_, reject) => {
      fail = reject;
    });
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const outcome = rejectionOf(within(10, work));
    await clock.tickAsync(10);
    await outcome;
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });
});
