import { expect } from 'chai';
import { faultsOf, grew, steepest } from '../../../ops/capacity/growth.ts';
import type { Trend } from '../../../ops/capacity/results.ts';

const trend = (slopeMbPerHour: number, errorMbPerHour = 0): Trend => ({
  meanMb: 100,
  slopeMbPerHour,
  errorMbPerHour,
});

const soak = {
  minutes: 20,
  outsideOutages: { requests: 10, failed: 0, p50Ms: 1, p99Ms: 1, p999Ms: 1 },
  heap: trend(0),
  rss: trend(0),
};

describe('the growth of memory', () => {
  it('may be a tenth of the mean over the run', () => {
    expect(steepest(trend(0), 60)).to.equal(10);
    expect(steepest(trend(0), 20)).to.equal(30);
    expect([grew(trend(30), 20), grew(trend(31), 20)]).to.deep.equal([false, true]);
  });

  it('counts only as far as it is beyond twice the error of the slope', () => {
    expect([grew(trend(40, 5), 20), grew(trend(41, 5), 20)]).to.deep.equal([false, true]);
  });

  it('is not ruled out by figures that are lacking', () => {
    expect(grew(trend(Number.NaN), 20)).to.equal(true);
  });
});

describe('the faults of a soak', () => {
  it('are none where all outside the outages was answered and memory is flat', () => {
    expect(faultsOf(soak)).to.deep.equal([]);
  });

  it('are a request that failed outside the outages, however short the soak', () => {
    const failed = { ...soak, minutes: 1, outsideOutages: { ...soak.outsideOutages, failed: 1 } };
    expect(faultsOf(failed)).to.deep.equal(['1 requests failed outside the outages']);
  });

  it('are heap and RSS that grew', () => {
    expect(faultsOf({ ...soak, heap: trend(31) })).to.deep.equal(['heap grew']);
    expect(faultsOf({ ...soak, rss: trend(31) })).to.deep.equal(['rss grew']);
  });

  it('tell nothing of memory before it has had time to settle', () => {
    expect(faultsOf({ ...soak, minutes: 9, heap: trend(1000) })).to.deep.equal([]);
  });
});
