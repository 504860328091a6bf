import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { fails, hangs, rehearse } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('a phase that is not required', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('leaves the start-up degraded when it fails, and those after it start', async () => {
    const { orchestrator, journal, events } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    expect(await orchestrator.start()).to.deep.equal({ degraded: ['redis'] });
    expect(journal).to.deep.equal(['start redis', 'start listen']);
    expect(events.at(1)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'failed' });
  });

  it('leaves the start-up degraded when it runs out of time', async () => {
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

  it('is stopped with the rest, since it keeps trying by itself', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    await orchestrator.start();
    await orchestrator.stop(1_000);
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('is rolled back when a later one that is required fails', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen', start: fails('port taken') },
    ]);
    expect((await rejectionOf(orchestrator.start())).message).to.equal('port taken');
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('is not reported as degraded when it succeeds', async () => {
    const { orchestrator } = rehearse([{ name: 'redis', required: false }]);
    expect(await orchestrator.start()).to.deep.equal({ degraded: [] });
  });
});
