import { expect } from 'chai';
import { createWindows } from '../../../src/tickets/windows.ts';

describe('windows that count', () => {
  const setUp = (max = 100) => {
    const clock = { now: 0 };
    return { clock, windows: createWindows(max, () => clock.now) };
  };

  it('begin with the first of a key, and tell how long they last', () => {
    const { clock, windows } = setUp();
    clock.now = 500;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
    clock.now = 1499;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 2, endsInMs: 1 });
  });

  it('begin anew at one when they have ended', () => {
    const { clock, windows } = setUp();
    windows.count('alice', 1000);
    clock.now = 1000;
    expect(windows.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
  });

  it('count each key by itself', () => {
    const { windows } = setUp();
    windows.count('alice', 1000);
    expect(windows.count('bob', 1000).count).to.equal(1);
    expect(windows.count('alice', 1000).count).to.equal(2);
  });

  it('are never more than allowed: the one that began first gives way', () => {
    const { windows } = setUp(2);
    for (const key of ['first', 'second', 'third']) windows.count(key, 1000);
    expect(windows.count('third', 1000).count).to.equal(2);
    expect(windows.count('second', 1000).count).to.equal(2);
    expect(windows.count('first', 1000).count).to.equal(1);
  });
});
