import { expect } from 'chai';
import { retryDelayMs } from '../../../src/redis/options.ts';

describe('the delay before the next connection', () => {
  it('doubles from 100 ms up to 2 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 100, 1e6].map((attempt) => retryDelayMs(attempt, () => 0));
    expect(longest).to.deep.equal([100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000]);
  });

  it('has up to half of it taken off by chance', () => {
    const shortest = [1, 2, 3, 4, 5, 6, 100].map((attempt) => retryDelayMs(attempt, () => 1 - Number.EPSILON));
    expect(shortest).to.deep.equal([50, 100, 200, 400, 800, 1000, 1000]);
    expect(retryDelayMs(3, () => 0.5)).to.equal(300);
  });

  it('differs from one to the next, so that tasks do not march in step', () => {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(8));
    expect(delays.every((ms) => ms >= 1000 && ms <= 2000)).to.equal(true);
    expect(new Set(delays).size).to.be.above(20);
  });
});
