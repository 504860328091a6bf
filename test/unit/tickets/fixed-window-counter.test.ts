import { expect } from 'chai';
import { createWindows } from '../../../src/tickets/fixed-window-counter.ts';

describe('fixed window counter', () => {
  const setUp = (max = 100) => {
    const clock = { now: 0 };
    return { clock, windows: createWindows(max, () => clock.now) };
  };

  it('begins a window with the first count of a key, and returns the time left', () => {
    const { clock, windows } = setUp();
    clock.now = 500;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
    clock.now = 1499;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 2, endsInMs: 1 });
  });

  it('begins a new window at 1 when the last one has ended', () => {
    const { clock, windows } = setUp();
    windows.count('alice', 1000);
    clock.now = 1000;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
  });

  it('counts each key separately', () => {
    const { windows } = setUp();
    windows.count('alice', 1000);
    expect(windows.count('bob', 1000).count).to.equal(1);
    expect(windows.count('alice', 1000).count).to.equal(2);
  });

  it('evicts the oldest window at the maximum number of windows', () => {
    const { windows } = setUp(2);
    for (const key of ['first', 'second', 'third']) windows.count(key, 1000);
    expect(windows.count('third', 1000).count).to.equal(2);
    expect(windows.count('second', 1000).count).to.equal(2);
    expect(windows.count('first', 1000).count).to.equal(1);
  });
});
