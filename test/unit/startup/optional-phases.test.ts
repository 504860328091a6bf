import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { fails, hangs, rehearse } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('startup with an optional phase', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('is degraded when the phase fails, and starts the later phases', async () => {
    const { orchestrator, journal, events } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    expect(await orchestrator.start()).to.deep.equal({ degraded: ['redis'] });
    expect(journal).to.deep.equal(['start redis', 'start listen']);
    expect(events.at(1)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'failed' });
  });

  it('is degraded when the phase times out', async () => {
    const { orchestrator, journal, events } = rehearse([
      { name: 'redis', required: false, start: hangs, timeoutMs: 200 },
      { name: 'listen' },
    ]);
    const started = orchestrator.start();
    await clock.tickAsync(300);
    expect(await started).to.deep.equal({ degraded: ['redis'] });
    expect(journal).to.deep.equal(['start redis', 'start listen']);
    expect(events.at(1)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'timed-out' });
  });

  it('stops the failed phase with the others, since it keeps retrying', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    await orchestrator.start();
    await orchestrator.stop(1_000);
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('rolls the failed phase back when a later required phase fails', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen', start: fails('port taken') },
    ]);
    expect((await rejectionOf(orchestrator.start())).message).to.equal('port taken');
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('is not degraded when the phase succeeds', async () => {
    const { orchestrator } = rehearse([{ name: 'redis', required: false }]);
    expect(await orchestrator.start()).to.deep.equal({ degraded: [] });
  });
});
