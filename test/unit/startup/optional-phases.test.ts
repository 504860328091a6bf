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

  it('continues with the fallback when the phase fails, and starts the later phases', async () => {
    const { start, journal, events } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    expect(await start()).to.deep.equal(['no redis', 'listen']);
    expect(journal).to.deep.equal(['start redis', 'start listen']);
    expect(events.at(1)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'failed' });
  });

  it('continues with the fallback when the phase times out', async () => {
    const { start, journal, events } = rehearse([
      { name: 'redis', required: false, start: hangs, timeoutMs: 200 },
      { name: 'listen' },
    ]);
    const started = start();
    await clock.tickAsync(300);
    expect(await started).to.deep.equal(['no redis', 'listen']);
    expect(journal).to.deep.equal(['start redis', 'start listen']);
    expect(events.at(1)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'timed-out' });
  });

  it('stops the failed phase with the others, since it keeps retrying', async () => {
    const { start, stop, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen' },
    ]);
    await start();
    await stop(1_000);
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('rolls the failed phase back when a later required phase fails', async () => {
    const { start, journal } = rehearse([
      { name: 'redis', required: false, start: fails('refused') },
      { name: 'listen', start: fails('port taken') },
    ]);
    expect((await rejectionOf(start())).message).to.equal('port taken');
    expect(journal.slice(2)).to.deep.equal(['stop listen', 'stop redis']);
  });

  it('returns the value of the phase when it succeeds', async () => {
    const { start } = rehearse([{ name: 'redis', required: false }]);
    expect(await start()).to.deep.equal(['redis']);
  });
});
