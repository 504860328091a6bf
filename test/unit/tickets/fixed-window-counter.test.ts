import { expect } from 'chai';
import { createFixedWindowCounter } from '../../../src/tickets/fixed-window-counter.ts';

describe('fixed window counter', () => {
  const setUp = (max = 100) => {
    const clock = { now: 0 };
    return { clock, counter: createFixedWindowCounter(max, () => clock.now) };
  };

  it('begins a window with the first count of a key, and returns the time left', () => {
    const { clock, counter } = setUp();
    clock.now = 500;
    expect(counter.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
    clock.now = 1499;
    expect(counter.count('alice', 1000)).to.deep.equal({ count: 2, endsInMs: 1 });
  });

  it('begins a new window at 1 when the last one has ended', () => {
    const { clock, counter } = setUp();
    counter.count('alice', 1000);
    clock.now = 1000;
    expect(counter.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
  });

  it('counts each key separately', () => {
    const { counter } = setUp();
    counter.count('alice', 1000);
    expect(counter.count('bob', 1000).count).to.equal(1);
    expect(counter.count('alice', 1000).count).to.equal(2);
  });

  it('evicts the oldest window at the maximum number of windows', () => {
    const { counter } = setUp(2);
    for (const key of ['first', 'second', 'third']) counter.count(key, 1000);
    expect(counter.count('third', 1000).count).to.equal(2);
    expect(counter.count('second', 1000).count).to.equal(2);
    expect(counter.count('first', 1000).count).to.equal(1);
  });
});
