import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { within } from '../../../src/time/timeouts.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('within() time limit', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('returns the result of the work, and leaves no timer behind', async () => {
    expect(await within(1_000, () => Promise.resolve('done'))).to.equal('done');
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects with the error of the work, and leaves no timer behind', async () => {
    const error = new Error('broken');
    expect(await rejectionOf(within(1_000, () => Promise.reject(error)))).to.equal(error);
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects with ETIMEDOUT after the time limit', async () => {
    const outcome = rejectionOf(within(1_000, () => new Promise(() => {})));
    await clock.tickAsync(999);
    expect(clock.countTimers()).to.equal(1);
    await clock.tickAsync(1);
    await turns();
    expect(await outcome).to.include({ code: 'ETIMEDOUT', message: 'timed out after 1000 ms' });
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
    const outcome = rejectionOf(within(10, () => work));
    await clock.tickAsync(10);
    await turns();
    await outcome;
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('aborts the signal of the work with the same error', async () => {
    let signal: AbortSignal | undefined;
    const outcome = rejectionOf(
      within(10, (limit) => {
        signal = limit;
        return new Promise(() => {});
      }),
    );
    await clock.tickAsync(10);
    await turns();
    expect(signal?.reason).to.equal(await outcome);
  });

  it('returns a result that arrives while the event loop reads its sockets after a stall', async () => {
    let finish: (result: string) => void = () => {};
    const outcome = within(10, () => new Promise<string>((resolve) => (finish = resolve)));
    clock.tick(5_000);
    setImmediate(() => finish('done'));
    expect(await outcome).to.equal('done');
  });

  it('rejects with the reason of the outer signal, and leaves no timer behind', async () => {
    const outer = new AbortController();
    const outcome = rejectionOf(within(1_000, () => new Promise(() => {}), outer.signal));
    outer.abort(new Error('stopped'));
    expect(await outcome).to.have.property('message', 'stopped');
    expect(clock.countTimers()).to.equal(0);
  });

  it('does not start the work when the outer signal has aborted', async () => {
    let started = false;
    const work = async () => {
      started = true;
    };
    const outcome = await rejectionOf(within(1_000, work, AbortSignal.abort(new Error('stopped'))));
    expect({ message: outcome.message, started }).to.deep.equal({ message: 'stopped', started: false });
  });
});
