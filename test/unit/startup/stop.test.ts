import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, fails, hangs, rehearse, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

const ABORT_CAUSE_MS = 100;

describe('startup stop()', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('stops the phases in reverse, one after the other, and reports the duration of each', async () => {
    const { start, stop, journal, events } = rehearse([
      { name: 'one', stop: takes(10) },
      { name: 'two', stop: takes(30) },
    ]);
    await start();
    const stopped = stop(1_000);
    await clock.tickAsync(29);
    expect(journal.slice(2)).to.deep.equal(['stop two']);
    await clock.tickAsync(11);
    const records = [
      { phase: 'two', outcome: 'ok', durationMs: 30, error: undefined },
      { phase: 'one', outcome: 'ok', durationMs: 10, error: undefined },
    ];
    expect(await stopped).to.deep.equal(records);
    expect(events.slice(-2)).to.deep.equal(records.map((record) => ({ type: 'phase-stopped', ...record })));
  });

  it('continues after a phase whose stop throws', async () => {
    const broken = new Error('cannot stop');
    const throws = () => {
      throw broken;
    };
    const { start, stop, journal } = rehearse([{ name: 'one' }, { name: 'two', stop: throws }, { name: 'three' }]);
    await start();
    const records = await stop(1_000);
    expect(journal.slice(3)).to.deep.equal(['stop three', 'stop two', 'stop one']);
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(['ok', 'failed', 'ok']);
    expect(records.at(1)?.error).to.equal(broken);
  });

  it('continues after a phase whose stop hangs, with time left for the others within the budget', async () => {
    const { start, stop, journal } = rehearse([
      { name: 'one', stop: takes(200) },
      { name: 'two', stop: takes(200) },
      { name: 'three', stop: hangs },
    ]);
    await start();
    const stopped = stop(3_000);
    await clock.tickAsync(3_000);
    const records = await stopped;
    expect(journal.slice(3)).to.deep.equal(['stop three', 'stop two', 'stop one']);
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(['timed-out', 'ok', 'ok']);
    expect(records.at(0)?.error).to.include({ code: 'SHUTDOWN_FORCED' });
    expect(String(records.at(0)?.error)).to.include('phase "three" did not stop within 2000 ms');
  });

  it('ends within its budget even when every stop hangs', async () => {
    const { start, stop, journal } = rehearse(['one', 'two', 'three'].map((name) => ({ name, stop: hangs })));
    await start();
    const stopped = stop(1_000);
    await clock.tickAsync(1_000 + ABORT_CAUSE_MS);
    expect((await stopped).map(({ outcome }) => outcome)).to.deep.equal(Array(3).fill('timed-out'));
    expect(journal.slice(3)).to.deep.equal(['stop three', 'stop two', 'stop one']);
  });

  it('has the pending work that a timed-out phase reports as the cause', async () => {
    const pending = new Error('POST /slow');
    const { start, stop } = rehearse([{ name: 'listen', stop: endsWith(pending) }]);
    await start();
    const stopped = stop(1_000);
    await clock.tickAsync(1_000);
    expect(await stopped).to.have.nested.property('[0].outcome', 'timed-out');
    expect(await stopped).to.have.nested.property('[0].error.cause', pending);
  });

  it('returns the same result to every caller, and stops each phase once', async () => {
    const { start, stop, journal } = rehearse([{ name: 'one', stop: takes(50) }]);
    await start();
    const [first, second] = [stop(1_000), stop(5)];
    await clock.tickAsync(50);
    expect(await second).to.equal(await first);
    expect(await stop(1_000)).to.equal(await first);
    expect(journal).to.deep.equal(['start one', 'stop one']);
  });

  it('returns the result of the rollback after a rollback', async () => {
    const { start, stop, journal } = rehearse([{ name: 'one' }, { name: 'two', start: fails('broken') }]);
    await rejectionOf(start());
    expect((await stop(1_000)).map(({ phase }) => phase)).to.deep.equal(['two', 'one']);
    expect(journal.slice(2)).to.deep.equal(['stop two', 'stop one']);
  });
});

describe('startup rollback', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('has its own budget, also when the overall deadline has passed', async () => {
    const { start, journal, events } = rehearse(
      [
        { name: 'one', stop: takes(300) },
        { name: 'two', start: hangs, stop: hangs },
      ],
      { timeoutMs: 100, rollbackTimeoutMs: 2_000 },
    );
    const rejection = rejectionOf(start());
    await clock.tickAsync(100 + ABORT_CAUSE_MS + 2_000 + ABORT_CAUSE_MS);
    expect(await rejection).to.include({ code: 'STARTUP_TIMEOUT' });
    expect(journal).to.deep.equal(['start one', 'start two', 'stop two', 'stop one']);
    expect(events.slice(-2).map((event) => 'outcome' in event && event.outcome)).to.deep.equal(['timed-out', 'ok']);
  });
});
