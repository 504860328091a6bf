import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { InterruptedError } from '../../../src/startup/errors.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, rehearse, rehearseSteps, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('startup abort', () => {
  const reason = () => new InterruptedError('interrupted by SIGTERM');
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('ends the running phase, rolls back in reverse and rejects with the reason', async () => {
    const { start, abort, journal, events } = rehearse([
      { name: 'one' },
      { name: 'redis', start: endsWith(new Error('gave up')) },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(50);
    const sigterm = reason();
    abort(sigterm);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start one', 'start redis', 'stop redis', 'stop one']);
    expect(events.at(3)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'failed', durationMs: 50 });
  });

  it('does not wait for a phase that ignores its signal', async () => {
    const { start, abort, journal } = rehearse([{ name: 'deaf', start: hangs, timeoutMs: 10_000 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(50);
    const sigterm = reason();
    abort(sigterm);
    await clock.tickAsync(100);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start deaf', 'stop deaf']);
  });

  it('stops a phase that ignores its signal again when it starts late', async () => {
    const { start, abort, journal } = rehearse([{ name: 'deaf', start: takes(800) }]);
    const rejection = rejectionOf(start());
    abort(reason());
    await clock.tickAsync(800);
    await rejection;
    expect(journal).to.deep.equal(['start deaf', 'stop deaf', 'stop deaf']);
  });

  it('also ends an optional phase', async () => {
    const { start, abort, journal } = rehearse([
      { name: 'redis', required: false, start: endsWith(new Error('gave up')) },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(start());
    const sigterm = reason();
    abort(sigterm);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start redis', 'stop redis']);
  });

  it('rejects with its reason also right after an optional phase timed out', async () => {
    const { start, abort, journal } = rehearse([
      { name: 'redis', required: false, start: hangs, timeoutMs: 200 },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(250);
    const sigterm = reason();
    abort(sigterm);
    await clock.tickAsync(100);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start redis', 'stop redis']);
  });

  it('starts no phase when it comes before the first phase', async () => {
    const { start, abort, journal, events } = rehearse([{ name: 'one' }]);
    const sigterm = reason();
    abort(sigterm);
    expect(await rejectionOf(start())).to.equal(sigterm);
    expect(journal).to.deep.equal([]);
    expect(events).to.deep.equal([]);
  });

  it('does not start the next phase when it comes between two phases', async () => {
    const sigterm = reason();
    const { start, abort, journal } = rehearseSteps(async (run) => {
      await run({ name: 'one' });
      abort(sigterm);
      return [await run({ name: 'two' })];
    });
    expect(await rejectionOf(start())).to.equal(sigterm);
    expect(journal).to.deep.equal(['start one', 'stop one']);
  });

  it('runs no further step after an optional phase that it ends', async () => {
    const steps: string[] = [];
    const { start, abort } = rehearseSteps(async (run) => {
      steps.push('before');
      const value = await run({ name: 'redis', required: false, start: endsWith(new Error('gave up')) });
      steps.push('after');
      return [value];
    });
    const rejection = rejectionOf(start());
    const sigterm = reason();
    abort(sigterm);
    expect(await rejection).to.equal(sigterm);
    expect(steps).to.deep.equal(['before']);
  });

  it('stops nothing after the last phase: stop() stops a started service', async () => {
    const { start, abort, journal } = rehearse([{ name: 'one' }]);
    await start();
    abort(reason());
    await clock.tickAsync(1_000);
    expect(journal).to.deep.equal(['start one']);
  });
});
