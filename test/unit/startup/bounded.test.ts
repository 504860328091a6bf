import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { attempt } from '../../../src/startup/bounded.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, fails, hangs, takes } from '../../support/phases.ts';

const ABORT_CAUSE_MS = 100;
const tooLate = new Error('too late');
const limitOf = (timeoutMs: number, abort?: AbortSignal) => ({
  timeoutMs,
  timeoutError: () => tooLate,
  ...(abort !== undefined && { abort }),
});

describe('work under a limit', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(5_000);
  });
  afterEach(() => clock.restore());

  it('that is done in time is ok, and takes as long as it takes', async () => {
    const attempted = attempt(takes(99), limitOf(100));
    await clock.tickAsync(99);
    expect(await attempted).to.deep.equal({ outcome: 'ok', durationMs: 99 });
  });

  it('that throws at once has failed with its error', async () => {
    const { outcome, error, late } = await attempt(fails('broken'), limitOf(100));
    expect({ outcome, error: String(error), late }).to.deep.equal({
      outcome: 'failed',
      error: 'Error: broken',
      late: undefined,
    });
  });

  it('has timed out exactly at its limit, with the last words counted in', async () => {
    const attempted = attempt(hangs, limitOf(100));
    await clock.tickAsync(100 + ABORT_CAUSE_MS);
    expect(await attempted).to.include({ outcome: 'timed-out', error: tooLate, durationMs: 100 + ABORT_CAUSE_MS });
  });

  it('is not heard once its last words take too long', async () => {
    const slow = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => setTimeout(() => reject(new Error('why')), ABORT_CAUSE_MS + 1)),
      );
    const attempted = attempt(slow, limitOf(100));
    await clock.tickAsync(100 + ABORT_CAUSE_MS + 1);
    const { error, late } = await attempted;
    expect(error).to.equal(tooLate);
    expect(tooLate.cause).to.equal(undefined);
    expect(await late).to.equal(false);
  });

  it('says late whether it succeeded after all', async () => {
    const attempted = attempt(takes(500), limitOf(100));
    await clock.tickAsync(500);
    expect(await (await attempted).late).to.equal(true);
  });

  it('whose signal has aborted before ends at once as failed, even where it is deaf', async () => {
    const reason = new Error('stopped before');
    const attempted = attempt(hangs, limitOf(60_000, AbortSignal.abort(reason)));
    await clock.tickAsync(ABORT_CAUSE_MS);
    expect(await attempted).to.include({ outcome: 'failed', error: reason });
  });

  it('gets the reason of an abort at once, also of one before', async () => {
    const reason = new Error('stopped before');
    const heard: unknown[] = [];
    await attempt((signal) => void heard.push(signal.reason), limitOf(100, AbortSignal.abort(reason)));
    expect(heard).to.deep.equal([reason]);
  });

  for (const [what, work] of Object.entries({ 'is done': takes(10), fails: fails('broken'), hangs }))
    it(`leaves neither timer nor listener behind where it ${what}`, async () => {
      const outer = new AbortController();
      const attempted = attempt(work, limitOf(100, outer.signal));
      expect(getEventListeners(outer.signal, 'abort')).to.have.lengthOf(1);
      await clock.tickAsync(100 + ABORT_CAUSE_MS);
      await attempted;
      expect(clock.countTimers()).to.equal(0);
      expect(getEventListeners(outer.signal, 'abort')).to.deep.equal([]);
    });

  it('leaves no timer behind where its last words came in time', async () => {
    const attempted = attempt(endsWith(new Error('why')), limitOf(100));
    await clock.tickAsync(100);
    const { error } = await attempted;
    expect(error).to.have.property('cause').that.includes({ message: 'why' });
    expect(clock.countTimers()).to.equal(0);
  });
});
