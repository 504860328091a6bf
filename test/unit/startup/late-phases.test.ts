import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { rehearse, takes } from '../../support/phases.ts';
import { rejectionOf } from '../../support/rejection.ts';

const settleLater = (ms: number, error: Error) => (): Promise<void> =>
  new Promise((_, reject) => setTimeout(() => reject(error), ms));

describe('startup phase that ends after its timeout', () => {
  let clock: SinonFakeTimers;
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    clock = freezeTime();
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    clock.restore();
  });

  it('is stopped again when it succeeds late, and no later phase starts', async () => {
    const { start, journal, events } = rehearse([
      { name: 'one' },
      { name: 'slow', start: takes(1_000), timeoutMs: 200 },
      { name: 'three' },
    ]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(400);
    expect(await rejection).to.include({ code: 'PHASE_TIMEOUT' });
    expect(journal).to.deep.equal(['start one', 'start slow', 'stop slow', 'stop one']);
    await clock.tickAsync(600);
    expect(journal.slice(4)).to.deep.equal(['stop slow']);
    expect(events.at(-1)).to.include({ type: 'phase-stopped', phase: 'slow', outcome: 'ok' });
    expect(
      events.some((event) => event.type === 'phase-end' && event.phase === 'slow' && event.outcome === 'ok'),
    ).to.equal(false);
  });

  it('leaves no unhandled rejection when it fails late, and is not stopped again', async () => {
    const { start, journal } = rehearse([
      { name: 'slow', start: settleLater(1_000, new Error('too late')), timeoutMs: 200 },
    ]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(1_000);
    await rejection;
    await turns();
    expect(journal).to.deep.equal(['start slow', 'stop slow']);
    expect(unhandled).to.deep.equal([]);
  });

  it('leaves no unhandled rejection when its second stop throws', async () => {
    const stop = () => {
      throw new Error('cannot stop');
    };
    const { start, journal } = rehearse([{ name: 'slow', start: takes(1_000), stop, timeoutMs: 200 }]);
    const rejection = rejectionOf(start());
    await clock.tickAsync(1_000);
    await rejection;
    await turns();
    expect(journal).to.deep.equal(['start slow', 'stop slow', 'stop slow']);
    expect(unhandled).to.deep.equal([]);
  });

  it('is stopped again when it is optional and the service has stopped meanwhile', async () => {
    const { start, stop, journal } = rehearse([{ name: 'slow', start: takes(1_000), timeoutMs: 200, required: false }]);
    const started = start();
    await clock.tickAsync(300);
    await started;
    await stop(1_000);
    expect(journal).to.deep.equal(['start slow', 'stop slow']);
    await clock.tickAsync(700);
    expect(journal).to.deep.equal(['start slow', 'stop slow', 'stop slow']);
  });

  it('keeps running when it is optional and the service has not stopped', async () => {
    const { start, journal } = rehearse([{ name: 'slow', start: takes(1_000), timeoutMs: 200, required: false }]);
    const started = start();
    await clock.tickAsync(2_000);
    expect(await started).to.deep.equal(['no slow']);
    expect(journal).to.deep.equal(['start slow']);
  });
});
