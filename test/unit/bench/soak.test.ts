import { expect } from 'chai';
import { trendOf } from '../../bench/soak/trend.ts';
import { type Exchange, tally, touches } from '../../bench/soak/windows.ts';

const exchange = (sentAt: number, tookMs = 1, outcome = '200'): Exchange => ({ sentAt, tookMs, outcome });

describe('the trend of a soak', () => {
  it('is the line, and sure of it, where the points lie on one', () => {
    const { meanMb, slopeMbPerHour, errorMbPerHour } = trendOf([
      [0, 10],
      [1, 13],
      [2, 16],
    ]);
    expect([meanMb, slopeMbPerHour, errorMbPerHour]).to.deep.equal([13, 3, 0]);
  });

  it('is flat where the points go up and down, by as much as they scatter', () => {
    const sawtooth = Array.from({ length: 100 }, (_, n) => [n / 100, n % 2] as const);
    const { slopeMbPerHour, errorMbPerHour } = trendOf(sawtooth);
    expect(Math.abs(slopeMbPerHour)).to.be.below(2 * errorMbPerHour);
    // 0.5 / (0.289 × √100)
    expect(errorMbPerHour).to.be.closeTo(0.17, 0.01);
  });
});

describe('the tally of a soak', () => {
  const windows = [{ from: 100, to: 200 }];

  it('leaves out whatever was under way in an outage, and nothing else', () => {
    expect(touches(exchange(90, 9), windows)).to.equal(false);
    expect(touches(exchange(90, 10), windows)).to.equal(true);
    expect(touches(exchange(150), windows)).to.equal(true);
    expect(touches(exchange(200, 50), windows)).to.equal(true);
    expect(touches(exchange(201), windows)).to.equal(false);
  });

  it('counts as failed all but 200 outside the outages', () => {
    const exchanges = [
      exchange(0, 5),
      exchange(50, 7),
      exchange(120, 1, '503'),
      exchange(300, 3, '503'),
      exchange(310, 1, 'ECONNRESET'),
    ];
    const told = tally(exchanges, windows);
    expect(told).to.deep.include({ requests: 5, answers: { '200': 2, '503': 2, ECONNRESET: 1 } });
    expect(told.outsideOutages).to.deep.equal({ requests: 4, failed: 2, p50Ms: 3, p99Ms: 7, p999Ms: 7 });
  });

  it('tells the rate from the first to the last', () => {
    expect(tally([exchange(2000), exchange(0), exchange(1000)], []).requestsPerSecond).to.equal(1.5);
  });
});
