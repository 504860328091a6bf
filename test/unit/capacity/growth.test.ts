import { expect } from 'chai';
import { faultsOf, grew, steepest } from '../../../ops/build/capacity/growth.ts';
import type { Trend } from '../../../ops/build/capacity/results.ts';

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

describe('soak test memory growth', () => {
  it('is accepted up to a tenth of the mean over the run', () => {
    expect(steepest(trend(0), 60)).to.equal(10);
    expect(steepest(trend(0), 20)).to.equal(30);
    expect([grew(trend(30), 20), grew(trend(31), 20)]).to.deep.equal([false, true]);
  });

  it('counts only beyond twice the error of the slope', () => {
    expect([grew(trend(40, 5), 20), grew(trend(41, 5), 20)]).to.deep.equal([false, true]);
  });

  it('is assumed when figures are missing', () => {
    expect(grew(trend(Number.NaN), 20)).to.equal(true);
  });
});

describe('soak test faults', () => {
  it('are empty when no request failed outside the outages and memory is flat', () => {
    expect(faultsOf(soak)).to.deep.equal([]);
  });

  it('include a request that failed outside the outages, even in a short soak test', () => {
    const failed = { ...soak, minutes: 1, outsideOutages: { ...soak.outsideOutages, failed: 1 } };
    expect(faultsOf(failed)).to.deep.equal(['1 requests failed outside the outages']);
  });

  it('include heap and RSS that grew', () => {
    expect(faultsOf({ ...soak, heap: trend(31) })).to.deep.equal(['heap grew']);
    expect(faultsOf({ ...soak, rss: trend(31) })).to.deep.equal(['rss grew']);
  });

  it('ignore memory in a soak test of less than 10 minutes', () => {
    expect(faultsOf({ ...soak, minutes: 9, heap: trend(1000) })).to.deep.equal([]);
  });
});
