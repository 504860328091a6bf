import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime } from '../../support/frozen-time.ts';
import { endsWith, hangs, rehearse, rehearseSteps, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

const ABORT_CAUSE_MS = 100;

describe('startup limits at their boundaries', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
    clock.tick(123_456);
  });
  afterEach(() => clock.restore());

  it('count from the beginning of the startup', async () => {
    const { start } = rehearse(
      [
        { name: 'one', start: takes(500) },
        { name: 'two', start: takes(400) },
      ],
      { timeoutMs: 1_000 },
    );
    const started = start();
    await clock.tickAsync(900);
    expect(await started).to.deep.equal(['one', 'two']);
  });

  it('report PHASE_TIMEOUT when both limits pass at the same time', async () => {
    const { start } = rehearse([{ name: 'one', start: hangs, timeoutMs: 600 }], { timeoutMs: 600 });
    const rejection = rejectionOf(start());
    await clock.tickAsync(600 + ABORT_CAUSE_MS);
    expect(await rejection).to.include({ code: 'PHASE_TIMEOUT' });
  });

  it('end the startup at the overall deadline also during an optional phase', async () => {
    const { start, journal } = rehearse(
      [{ name: 'redis', required: false, start: hangs, timeoutMs: 1_000 }, { name: 'listen' }],
      { timeoutMs: 600 },
    );
    const rejection = rejectionOf(start());
    await clock.tickAsync(600 + ABORT_CAUSE_MS);
    expect(await rejection).to.include({ code: 'STARTUP_TIMEOUT' });
    expect(journal).to.deep.equal(['start redis', 'stop redis']);
  });

  it('time out a phase that begins after the overall deadline', async () => {
    const { start } = rehearse(
      [
        { name: 'one', required: false, start: endsWith(new Error('gave up')), timeoutMs: 600 },
        { name: 'two', start: hangs },
      ],
      { timeoutMs: 600 },
    );
    const rejection = rejectionOf(start());
    await clock.tickAsync(600);
    await clock.tickAsync(1 + ABORT_CAUSE_MS);
    expect((await rejection).message).to.equal('start-up did not finish within 600 ms; phase "two" was running');
  });

  it('roll back when the abort comes right after the last phase', async () => {
    const reason = new Error('stop');
    const { start, abort, journal } = rehearseSteps(async (run) => {
      const value = await run({ name: 'one' });
      abort(reason);
      return [value];
    });
    expect(await rejectionOf(start())).to.equal(reason);
    expect(journal).to.deep.equal(['start one', 'stop one']);
  });
});

describe('time limits of a stop', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
    clock.tick(123_456);
  });
  afterEach(() => clock.restore());

  /** The stop limit of each of `phases` phases that hang, in the order of their stops. */
  const timesOf = async (phases: number, budgetMs: number): Promise<readonly number[]> => {
    const names = Array.from({ length: phases }, (_, n) => `${n}`);
    const { start, stop } = rehearse(names.map((name) => ({ name, stop: hangs })));
    await start();
    const stopped = stop(budgetMs);
    await clock.tickAsync(Math.max(0, budgetMs) + phases * (1 + ABORT_CAUSE_MS));
    return (await stopped).map(({ error }) => Number(/within (\d+) ms/.exec(String(error))?.[1]));
  };

  it('give a single phase the whole budget', async () => {
    expect(await timesOf(1, 10_000)).to.deep.equal([10_000]);
  });

  it('reserve 500 ms for each later phase, of which 100 ms are for its cause', async () => {
    expect(await timesOf(3, 20_000)).to.deep.equal([19_000, 400, 400]);
  });

  it('reserve half an equal share for each later phase when the budget is small', async () => {
    expect(await timesOf(2, 1_200)).to.deep.equal([900, 200]);
  });

  it('are 0, never negative, when the budget is spent', async () => {
    expect(await timesOf(2, 0)).to.deep.equal([0, 0]);
    expect(await timesOf(2, -500)).to.deep.equal([0, 0]);
  });
});
