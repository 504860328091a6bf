import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createRetryStrategy, retryDelayMs } from '../../../src/redis/options.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('Redis reconnect delay', () => {
  it('doubles from 100 ms up to 2 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 100, 1e6].map((attempt) => retryDelayMs(attempt, () => 0));
    expect(longest).to.deep.equal([100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000]);
  });

  it('is shortened by up to half at random', () => {
    const shortest = [1, 2, 3, 4, 5, 6, 100].map((attempt) => retryDelayMs(attempt, () => 1 - Number.EPSILON));
    expect(shortest).to.deep.equal([50, 100, 200, 400, 800, 1000, 1000]);
    expect(retryDelayMs(3, () => 0.5)).to.equal(300);
  });

  it('varies, so that instances do not reconnect in step', () => {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(8));
    expect(delays.every((ms) => ms >= 1000 && ms <= 2000)).to.equal(true);
    expect(new Set(delays).size).to.be.above(20);
  });
});

describe('Redis reconnect delay after a connection attempt', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());
  const LONGEST = () => 0;

  /** The delays when each attempt fails after this time. */
  const delaysWhere = (attemptMs: number, random = LONGEST) => {
    const strategy = createRetryStrategy(random);
    return Array.from({ length: 7 }, (_, n) => {
      const delayMs = strategy(n + 1);
      clock.tick(delayMs + attemptMs);
      return delayMs;
    });
  };

  it('grows when attempts fail immediately', () => {
    expect(delaysWhere(0)).to.deep.equal([100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('is shortened by the duration of the attempt', () => {
    expect(delaysWhere(500)).to.deep.equal([100, 100, 100, 300, 1100, 1500, 1500]);
  });

  it('is that of a first attempt when the attempt timed out', () => {
    expect(delaysWhere(2_000)).to.deep.equal([100, 100, 100, 100, 100, 100, 100]);
  });

  it('is that of a first attempt after a usable connection was lost', () => {
    const strategy = createRetryStrategy(LONGEST);
    clock.tick(strategy(6));
    strategy.reset();
    clock.tick(60_000);
    expect(strategy(1)).to.equal(100);
  });

  it('grows when each connection is established but never usable, which ioredis counts as a success', () => {
    const strategy = createRetryStrategy(LONGEST);
    const delays = Array.from({ length: 7 }, () => {
      const delayMs = strategy(1);
      clock.tick(delayMs);
      return delayMs;
    });
    expect(delays).to.deep.equal([100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('does not grow when it is requested again before the attempt has begun', () => {
    const strategy = createRetryStrategy(LONGEST);
    expect([1, 6, 6].map(strategy)).to.deep.equal([100, 2_000, 2_000]);
  });

  it('varies between instances, also after a long attempt', () => {
    expect(delaysWhere(2_000, () => 0.5)).to.deep.equal(Array.from({ length: 7 }, () => 75));
    const delays = Array.from({ length: 50 }, () => createRetryStrategy()(1));
    expect(new Set(delays).size).to.be.above(5);
    expect(delays.every((ms) => ms >= 50 && ms <= 100)).to.equal(true);
  });
});
