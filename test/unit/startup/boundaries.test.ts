import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { InterruptedError } from '../../../src/errors/process-error.ts';
import { createOrchestrator } from '../../../src/startup/orchestrator.ts';
import type { StopRecord } from '../../../src/startup/phase.ts';
import { stopPhases } from '../../../src/startup/stop-phases.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, rehearse, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

const LAST_WORDS_MS = 100;

describe('the start-up at its limits', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
    // The process has run for a while: an instant is no duration.
    clock.tick(100_000);
  });
  afterEach(() => clock.restore());

  it('names the limit of the phase where that ends together with the overall one', async () => {
    const { orchestrator } = rehearse([{ name: 'redis', start: hangs, timeoutMs: 500 }], { deadlineMs: () => 500 });
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(500 + LAST_WORDS_MS);
    expect(await rejection).to.include({ code: 'PHASE_TIMEOUT' });
  });

  it('fails at the overall deadline also in the last phase, and where that is not required', async () => {
    const last = { name: 'redis', required: false, start: hangs, timeoutMs: 1_000 };
    const { orchestrator } = rehearse([last], { deadlineMs: () => 500 });
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(500 + LAST_WORDS_MS);
    expect(await rejection).to.include({ code: 'STARTUP_TIMEOUT' });
  });

  it('cuts off a phase whose beginning has the start-up aborted', async () => {
    const sigterm = new InterruptedError('SIGTERM');
    const outcomes: string[] = [];
    const orchestrator = createOrchestrator({
      phases: [{ name: 'deaf', timeoutMs: 1_000, start: hangs }],
      deadlineMs: () => 1_000,
      rollbackTimeoutMs: 1_000,
      watch: (event) => {
        if (event.type === 'phase-start') orchestrator.abort(sigterm);
        if (event.type === 'phase-end') outcomes.push(event.outcome);
      },
    });
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(LAST_WORDS_MS);
    expect(outcomes).to.deep.equal(['failed']);
    expect(await rejection).to.equal(sigterm);
  });

  it('leaves no timer behind once a phase has said why it was cut off', async () => {
    const { orchestrator } = rehearse([{ name: 'redis', start: endsWith(new Error('gave up')), timeoutMs: 200 }]);
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(200);
    await rejection;
    expect(clock.countTimers()).to.equal(0);
  });
});

describe('stopPhases', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const stopAll = async (stops: readonly (() => Promise<void>)[], budgetMs: number) => {
    const phases = stops.map((stop, index) => ({ name: String(index), timeoutMs: 1_000, start: () => {}, stop }));
    const stopped = stopPhases(phases, budgetMs, () => {});
    await clock.tickAsync(budgetMs + LAST_WORDS_MS * stops.length);
    return (await stopped).map(({ outcome }) => outcome);
  };

  it('keeps back a small part of a small budget for the phases that are still to stop', async () => {
    expect(await stopAll([takes(20), takes(140)], 200)).to.deep.equal(['ok', 'ok']);
    expect(await stopAll([takes(20), takes(160)], 200)).to.deep.equal(['timed-out', 'ok']);
  });

  it('keeps back the same for each of them', async () => {
    expect(await stopAll([takes(10), takes(10), takes(190)], 300)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(await stopAll([takes(10), takes(10), takes(210)], 300)).to.deep.equal(['timed-out', 'ok', 'ok']);
  });

  it('passes over a phase that has nothing to stop', async () => {
    const heard: StopRecord[] = [];
    const phases = [
      { name: 'config', timeoutMs: 1_000, start: () => {} },
      { name: 'listen', timeoutMs: 1_000, start: () => {}, stop: () => {} },
    ];
    const records = await stopPhases(phases, 1_000, (record) => heard.push(record));
    expect(records.map(({ phase }) => phase)).to.deep.equal(['listen']);
    expect(heard).to.deep.equal(records);
  });
});
