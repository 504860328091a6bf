import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { InterruptedError } from '../../../src/startup/errors.ts';
import type { StopRecord } from '../../../src/startup/phase.ts';
import { stopPhases } from '../../../src/startup/stop-phases.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, rehearse } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

const ABORT_CAUSE_MS = 100;

describe('startup cleanup', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
    // The process has run for a while, so that an instant cannot pass for a duration.
    clock.tick(100_000);
  });
  afterEach(() => clock.restore());

  it('ends a phase when the startup is aborted during its phase-start event', async () => {
    const sigterm = new InterruptedError('interrupted by SIGTERM');
    const outcomes: string[] = [];
    const { start, abort } = rehearse([{ name: 'deaf', start: hangs }], {
      onEvent: (event) => {
        if (event.type === 'phase-start') abort(sigterm);
        if (event.type === 'phase-end') outcomes.push(event.outcome);
      },
    });
    const rejection = rejectionOf(start());
    await clock.tickAsync(ABORT_CAUSE_MS);
    expect(outcomes).to.deep.equal(['failed']);
    expect(await rejection).to.equal(sigterm);
  });

  it('leaves no timer behind when a timed-out phase has reported its cause', async () => {
    const { start } = rehearse([{ name: 'redis', start: endsWith(new Error('gave up')), timeoutMs: 200 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(200);
    await rejection;
    expect(clock.countTimers()).to.equal(0);
  });
});

describe('stopPhases', () => {
  it('skips a phase without a stop function', async () => {
    const reported: StopRecord[] = [];
    const phases = [
      { name: 'config', timeoutMs: 1_000, start: () => {} },
      { name: 'listen', timeoutMs: 1_000, start: () => {}, stop: () => {} },
    ];
    const records = await stopPhases(phases, 1_000, (record) => reported.push(record));
    expect(records.map(({ phase }) => phase)).to.deep.equal(['listen']);
    expect(reported).to.deep.equal(records);
  });
});
