import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { InterruptedError } from '../../../src/errors/process-error.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, type Part, rehearse, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('abort', () => {
  const reason = () => new InterruptedError('SIGTERM');
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('ends the running phase, rolls back in reverse and rejects with the reason', async () => {
    const { orchestrator, journal, events } = rehearse([
      { name: 'one' },
      { name: 'redis', start: endsWith(new Error('gave up')) },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(50);
    const sigterm = reason();
    orchestrator.abort(sigterm);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start one', 'start redis', 'stop redis', 'stop one']);
    expect(events.at(3)).to.include({ type: 'phase-end', phase: 'redis', outcome: 'failed', durationMs: 50 });
  });

  it('does not wait for a phase that is deaf to its signal', async () => {
    const { orchestrator, journal } = rehearse([{ name: 'deaf', start: hangs, timeoutMs: 10_000 }]);
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(50);
    const sigterm = reason();
    orchestrator.abort(sigterm);
    await clock.tickAsync(100);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start deaf', 'stop deaf']);
  });

  it('has a deaf phase stopped once more when that succeeds after all', async () => {
    const { orchestrator, journal } = rehearse([{ name: 'deaf', start: takes(800) }]);
    const rejection = rejectionOf(orchestrator.start());
    orchestrator.abort(reason());
    await clock.tickAsync(800);
    await rejection;
    expect(journal).to.deep.equal(['start deaf', 'stop deaf', 'stop deaf']);
  });

  it('ends a phase that is not required as well', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: endsWith(new Error('gave up')) },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(orchestrator.start());
    const sigterm = reason();
    orchestrator.abort(sigterm);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start redis', 'stop redis']);
  });

  it('is the reason told also when a phase that is not required had just run out of time', async () => {
    const { orchestrator, journal } = rehearse([
      { name: 'redis', required: false, start: hangs, timeoutMs: 200 },
      { name: 'listen' },
    ]);
    const rejection = rejectionOf(orchestrator.start());
    await clock.tickAsync(250);
    const sigterm = reason();
    orchestrator.abort(sigterm);
    await clock.tickAsync(100);
    expect(await rejection).to.equal(sigterm);
    expect(journal).to.deep.equal(['start redis', 'stop redis']);
  });

  it('before the first phase lets none begin', async () => {
    const { orchestrator, journal, events } = rehearse([{ name: 'one' }]);
    const sigterm = reason();
    orchestrator.abort(sigterm);
    expect(await rejectionOf(orchestrator.start())).to.equal(sigterm);
    expect(journal).to.deep.equal([]);
    expect(events).to.deep.equal([]);
  });

  it('between two phases lets the next one not begin', async () => {
    const sigterm = reason();
    function* parts(): Generator<Part> {
      yield { name: 'one' };
      orchestrator.abort(sigterm);
      yield { name: 'two' };
    }
    const { orchestrator, journal } = rehearse(parts());
    expect(await rejectionOf(orchestrator.start())).to.equal(sigterm);
    expect(journal).to.deep.equal(['start one', 'stop one']);
  });

  it('after the last phase undoes nothing: a started service is stopped by stop', async () => {
    const { orchestrator, journal } = rehearse([{ name: 'one' }]);
    await orchestrator.start();
    orchestrator.abort(reason());
    await clock.tickAsync(1_000);
    expect(journal).to.deep.equal(['start one']);
  });
});
