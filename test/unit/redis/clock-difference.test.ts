import { expect } from 'chai';
import { clockDifferenceOf, clockWarnings, largestDifference } from '../../../src/redis/server-info.ts';

const ASKED = 1_800_000_000_000;

/** The difference to a server with this TIME reply, which takes `tookMs`. */
const differenceTo = (time: readonly string[] | Error, tookMs = 10) => {
  const moments = [ASKED, ASKED + tookMs];
  const node = { time: async () => (time instanceof Error ? Promise.reject(time) : [...time]) };
  return clockDifferenceOf(node as never, () => moments.shift() ?? 0);
};

describe('clock difference between Redis and this machine', () => {
  for (const [name, time, difference] of [
    ['0 when TIME is the moment of the request', ['1800000000', '0'], 0],
    ['0 when TIME is the moment of the reply', ['1800000000', '10999'], 0],
    ['1 ms when TIME is 1 ms after the reply', ['1800000000', '11000'], 1],
    ['-1 ms when TIME is 1 ms before the request', ['1799999999', '999999'], -1],
    ['3,500 ms when Redis is 3.5 s ahead', ['1800000003', '510000'], 3500],
    ['-3,500 ms when Redis is 3.5 s behind', ['1799999996', '500000'], -3500],
  ] as const)
    it(`is ${name}`, async () => {
      expect(await differenceTo(time)).to.equal(difference);
    });

  it('is unknown when TIME is not allowed or its reply is incomplete', async () => {
    expect(await differenceTo(new Error("NOPERM no permissions to run 'time'"))).to.equal(undefined);
    expect(await differenceTo([])).to.equal(undefined);
    expect(await differenceTo(['1800000000'])).to.equal(undefined);
  });

  it('is measured with the clock of this machine by default', async () => {
    const node = { time: async () => [String(Math.floor(Date.now() / 1000) - 3600), '0'] };
    expect(await clockDifferenceOf(node as never)).to.be.within(-3_602_000, -3_599_000);
  });

  it('is the largest difference of all nodes in a cluster', () => {
    expect(largestDifference([10, -1200, undefined, 900])).to.equal(-1200);
    expect(largestDifference([10, 1200, -900])).to.equal(1200);
    expect(largestDifference([undefined])).to.equal(undefined);
  });

  it('causes a warning from 1 s on, in both directions', () => {
    for (const fine of [undefined, 0, 999, -999]) expect(clockWarnings(fine)).to.deep.equal([]);
    expect(clockWarnings(1000)).to.have.length(1);
    expect(clockWarnings(60_000)[0]).to.include('is 60.0 s ahead of');
    expect(clockWarnings(1000)[0]).to.match(/^the clock of Redis is 1\.0 s ahead of this machine's: /);
    expect(clockWarnings(-3510)[0]).to.match(/^the clock of Redis is 3\.5 s behind this machine's: .+NTP$/);
  });
});
