import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { fails, rehearse, rehearseSteps, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('startup', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('starts its phases one after the other, in order', async () => {
    const { start, journal } = rehearse([{ name: 'one', start: takes(30) }, { name: 'two' }, { name: 'three' }]);
    const started = start();
    await clock.tickAsync(29);
    expect(journal).to.deep.equal(['start one']);
    await clock.tickAsync(1);
    expect(await started).to.deep.equal(['one', 'two', 'three']);
    expect(journal).to.deep.equal(['start one', 'start two', 'start three']);
  });

  it('emits phase-start and phase-end for each phase, with its limit and duration', async () => {
    const { start, events } = rehearse([
      { name: 'one', start: takes(30), timeoutMs: 100 },
      { name: 'two', start: takes(45), timeoutMs: 200 },
    ]);
    const started = start();
    await clock.tickAsync(75);
    await started;
    expect(events).to.deep.equal([
      { type: 'phase-start', phase: 'one', timeoutMs: 100 },
      { type: 'phase-end', phase: 'one', outcome: 'ok', durationMs: 30, timeoutMs: 100, error: undefined },
      { type: 'phase-start', phase: 'two', timeoutMs: 200 },
      { type: 'phase-end', phase: 'two', outcome: 'ok', durationMs: 45, timeoutMs: 200, error: undefined },
    ]);
  });

  it('stops the failing phase and those before it in reverse, and never starts those after it', async () => {
    const { start, journal, events } = rehearse([
      { name: 'one' },
      { name: 'two', start: fails('two is broken') },
      { name: 'three' },
    ]);
    expect((await rejectionOf(start())).message).to.equal('two is broken');
    expect(journal).to.deep.equal(['start one', 'start two', 'stop two', 'stop one']);
    expect(events.at(3)).to.include({ type: 'phase-end', phase: 'two', outcome: 'failed' });
    expect(events.slice(4).map(({ type, phase }) => `${type} ${phase}`)).to.deep.equal([
      'phase-stopped two',
      'phase-stopped one',
    ]);
  });

  it('rejects with the first error, whatever fails during the rollback', async () => {
    const { start } = rehearse([
      { name: 'one', stop: fails('one cannot stop') },
      { name: 'two', start: fails('two is broken'), stop: fails('two cannot stop') },
    ]);
    expect((await rejectionOf(start())).message).to.equal('two is broken');
  });

  it('rejects after the rollback has ended', async () => {
    const { start, journal } = rehearse([
      { name: 'one', stop: takes(40) },
      { name: 'two', start: fails('two is broken') },
    ]);
    let rejected = false;
    const rejection = rejectionOf(start()).then(() => {
      rejected = true;
    });
    await clock.tickAsync(39);
    expect(journal).to.include('stop one');
    expect(rejected).to.equal(false);
    await clock.tickAsync(1);
    await rejection;
  });

  it('gives the value of a phase to the next one', async () => {
    const { start, journal } = rehearseSteps(async (run) => {
      const value = await run({ name: 'one', start: takes(30) });
      return [await run({ name: `two, with ${value}` })];
    });
    const started = start();
    await clock.tickAsync(30);
    expect(await started).to.deep.equal(['two, with one']);
    expect(journal).to.deep.equal(['start one', 'start two, with one']);
  });

  it('rolls back when a step between two phases throws', async () => {
    const { start, journal } = rehearseSteps(async (run) => {
      await run({ name: 'one' });
      throw new Error('two cannot be created');
    });
    expect((await rejectionOf(start())).message).to.equal('two cannot be created');
    expect(journal).to.deep.equal(['start one', 'stop one']);
  });
});
