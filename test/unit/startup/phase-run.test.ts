import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { type PhaseRun, runWithin } from '../../../src/startup/phase-run.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, fails, hangs, takes } from '../../support/phases.ts';

const ABORT_CAUSE_MS = 100;
let tooLate: Error;
const limitOf = (timeoutMs: number, abort?: AbortSignal) => ({
  timeoutMs,
  timeoutError: () => tooLate,
  ...(abort !== undefined && { abort }),
});

/** The run, which must not be ok. */
const failed = async (run: Promise<PhaseRun<unknown>>) => {
  const result = await run;
  if (result.outcome === 'ok') throw new Error('the run was to fail');
  return result;
};

describe('startup phase run with a time limit', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(5_000);
    tooLate = new Error('too late');
  });
  afterEach(() => clock.restore());

  it('has the value and the duration when it ends within the limit', async () => {
    const run = runWithin(async () => {
      await takes(99)();
      return 'done';
    }, limitOf(100));
    await clock.tickAsync(99);
    expect(await run).to.deep.equal({ outcome: 'ok', value: 'done', durationMs: 99 });
  });

  it('is failed with the error when it throws immediately', async () => {
    const run = await runWithin(fails('broken'), limitOf(100));
    expect(run).to.include({ outcome: 'failed' }).and.not.have.property('lateResult');
    expect(run).to.have.property('error').that.is.an('error').with.property('message', 'broken');
  });

  it('is timed-out at its limit, with the 100 ms for its cause included in durationMs', async () => {
    const run = runWithin(hangs, limitOf(100));
    await clock.tickAsync(100 + ABORT_CAUSE_MS);
    expect(await run).to.include({ outcome: 'timed-out', error: tooLate, durationMs: 100 + ABORT_CAUSE_MS });
  });

  it('has no cause when it reports one later than 100 ms after the abort', async () => {
    const slow = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => setTimeout(() => reject(new Error('why')), ABORT_CAUSE_MS + 1)),
      );
    const run = runWithin(slow, limitOf(100));
    await clock.tickAsync(100 + ABORT_CAUSE_MS + 1);
    const { error, lateResult } = await failed(run);
    expect(error).to.equal(tooLate);
    expect(tooLate.cause).to.equal(undefined);
    expect(await lateResult).to.equal(false);
  });

  it('resolves lateResult with true when it succeeds after the limit', async () => {
    const run = runWithin(takes(500), limitOf(100));
    await clock.tickAsync(500);
    expect(await (await failed(run)).lateResult).to.equal(true);
  });

  it('is failed when its signal was aborted before, even if it ignores the signal', async () => {
    const reason = new Error('stopped before');
    const run = runWithin(hangs, limitOf(60_000, AbortSignal.abort(reason)));
    await clock.tickAsync(ABORT_CAUSE_MS);
    expect(await run).to.include({ outcome: 'failed', error: reason });
  });

  it('receives the reason of an abort that happened before', async () => {
    const reason = new Error('stopped before');
    const received: unknown[] = [];
    await runWithin((signal) => void received.push(signal.reason), limitOf(100, AbortSignal.abort(reason)));
    expect(received).to.deep.equal([reason]);
  });

  for (const [what, work] of Object.entries({ 'is done': takes(10), fails: fails('broken'), hangs }))
    it(`leaves neither timer nor listener behind when it ${what}`, async () => {
      const outer = new AbortController();
      const run = runWithin(work, limitOf(100, outer.signal));
      expect(getEventListeners(outer.signal, 'abort')).to.have.lengthOf(1);
      await clock.tickAsync(100 + ABORT_CAUSE_MS);
      await run;
      expect(clock.countTimers()).to.equal(0);
      expect(getEventListeners(outer.signal, 'abort')).to.deep.equal([]);
    });

  it('leaves no timer behind when it reports its cause in time', async () => {
    const run = runWithin(endsWith(new Error('why')), limitOf(100));
    await clock.tickAsync(100);
    expect(await run)
      .to.have.nested.property('error.cause')
      .that.includes({ message: 'why' });
    expect(clock.countTimers()).to.equal(0);
  });
});
