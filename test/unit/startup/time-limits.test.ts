import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, rehearse, rehearseSteps, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

// How long a phase may take to report its cause after its signal aborts.
const ABORT_CAUSE_MS = 100;

describe('startup time limits', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('reject with PHASE_TIMEOUT and the name of a phase that ignores its signal', async () => {
    const { start, journal, events } = rehearse([
      { name: 'one' },
      { name: 'stubborn', start: hangs, timeoutMs: 300 },
      { name: 'three' },
    ]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(300 + ABORT_CAUSE_MS);
    const error = await rejection;
    expect(error).to.include({ code: 'PHASE_TIMEOUT' });
    expect(error.message).to.equal('phase "stubborn" did not finish within 300 ms');
    expect(events.at(3)).to.include({ type: 'phase-end', phase: 'stubborn', outcome: 'timed-out', timeoutMs: 300 });
    expect(journal).to.deep.equal(['start one', 'start stubborn', 'stop stubborn', 'stop one']);
  });

  it('abort the signal of the phase with the error as its reason', async () => {
    let reason: unknown;
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return hangs();
    };
    const { start } = rehearse([{ name: 'one', start: work, timeoutMs: 300 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(299);
    expect(reason).to.equal(undefined);
    await clock.tickAsync(1 + ABORT_CAUSE_MS);
    expect(reason).to.equal(await rejection);
  });

  it('have the error that the phase rejects with as the cause', async () => {
    const refused = new Error('connect ECONNREFUSED');
    const { start } = rehearse([{ name: 'redis', start: endsWith(refused), timeoutMs: 300 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(300);
    const error = await rejection;
    expect(error).to.include({ code: 'PHASE_TIMEOUT' });
    expect(error.cause).to.equal(refused);
  });

  it('have no cause when the phase rejects with the reason of its signal', async () => {
    const work = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { start } = rehearse([{ name: 'redis', start: work, timeoutMs: 300 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(300);
    expect((await rejection).cause).to.equal(undefined);
  });

  it('reject with STARTUP_TIMEOUT when the overall deadline passes before the limit of the phase', async () => {
    const { start, journal } = rehearse(
      [
        { name: 'one', start: takes(400), timeoutMs: 1_000 },
        { name: 'two', start: hangs, timeoutMs: 1_000 },
      ],
      { timeoutMs: 600 },
    );
    const rejection = rejectionOf(start());
    await clock.tickAsync(600 + ABORT_CAUSE_MS);
    const error = await rejection;
    expect(error).to.include({ code: 'STARTUP_TIMEOUT' });
    expect(error.message).to.equal('start-up did not finish within 600 ms; phase "two" was running');
    expect(journal.slice(2)).to.deep.equal(['stop two', 'stop one']);
  });

  it('count a new overall limit, set between two phases, from the beginning', async () => {
    const { start } = rehearseSteps(async (run, startup) => {
      await run({ name: 'config', start: takes(30) });
      startup.setTimeoutMs(50);
      return [await run({ name: 'two', start: hangs })];
    });
    const rejection = rejectionOf(start());
    await clock.tickAsync(50);
    await clock.tickAsync(ABORT_CAUSE_MS);
    expect((await rejection).message).to.equal('start-up did not finish within 50 ms; phase "two" was running');
  });

  it('leave no timer behind when a phase ends within its limit', async () => {
    const { start, journal } = rehearse([{ name: 'one', timeoutMs: 300 }]);
    await start();
    expect(clock.countTimers()).to.equal(0);
    await clock.tickAsync(30_000);
    expect(journal).to.deep.equal(['start one']);
  });
});
