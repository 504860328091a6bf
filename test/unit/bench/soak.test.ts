import { expect } from 'chai';
import { trendOf } from '../../bench/soak/trend.ts';
import { type Exchange, tally, touches } from '../../bench/soak/windows.ts';

const exchange = (sentAt: number, tookMs = 1, outcome = '200'): Exchange => ({ sentAt, tookMs, outcome });

describe('soak test trend', () => {
  it('equals the line, with an error of 0, for points on a line', () => {
    const { meanMb, slopeMbPerHour, errorMbPerHour } = trendOf([
      [0, 10],
      [1, 13],
      [2, 16],
    ]);
    expect([meanMb, slopeMbPerHour, errorMbPerHour]).to.deep.equal([13, 3, 0]);
  });

  it('is flat within its error for points that go up and down', () => {
    const sawtooth = Array.from({ length: 100 }, (_, n) => [n / 100, n % 2] as const);
    const { slopeMbPerHour, errorMbPerHour } = trendOf(sawtooth);
    expect(Math.abs(slopeMbPerHour)).to.be.below(2 * errorMbPerHour);
    // 0.5 / (0.289 × √100)
    expect(errorMbPerHour).to.be.closeTo(0.17, 0.01);
  });
});

describe('soak test tally', () => {
  const windows = [{ from: 100, to: 200 }];

  it('excludes the exchanges that overlap with an outage, and no others', () => {
    expect(touches(exchange(90, 9), windows)).to.equal(false);
    expect(touches(exchange(90, 10), windows)).to.equal(true);
    expect(touches(exchange(150), windows)).to.equal(true);
    expect(touches(exchange(200, 50), windows)).to.equal(true);
    expect(touches(exchange(201), windows)).to.equal(false);
  });

  it('counts every outcome except 200 outside the outages as failed', () => {
    const exchanges = [
      exchange(0, 5),
      exchange(50, 7),
      exchange(120, 1, '503'),
      exchange(300, 3, '503'),
      exchange(310, 1, 'ECONNRESET'),
    ];
    const result = tally(exchanges, windows);
    expect(result).to.deep.include({ requests: 5, answers: { '200': 2, '503': 2, ECONNRESET: 1 } });
    expect(result.outsideOutages).to.deep.equal({ requests: 4, failed: 2, p50Ms: 3, p99Ms: 7, p999Ms: 7 });
  });

  it('calculates the rate from the first to the last request', () => {
    expect(tally([exchange(2000), exchange(0), exchange(1000)], []).requestsPerSecond).to.equal(1.5);
  });
});
