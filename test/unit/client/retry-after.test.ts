import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { retryAfterMs } from '../../../src/client/retry-after.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

describe('the wait that an answer demands', () => {
  let clock: SinonFakeTimers;
  before(() => {
    clock = freezeTime(NOW);
  });
  after(() => clock.restore());

  const cases: readonly [what: string, headers: Record<string, string>, body: object, ms: number][] = [
    ['seconds', { 'Retry-After': '120' }, {}, 120_000],
    ['no seconds', { 'Retry-After': '0' }, {}, 0],
    ['a date', { 'Retry-After': 'Thu, 01 Jan 2026 12:00:30 GMT' }, {}, 30_000],
    ['a date that has passed', { 'Retry-After': 'Thu, 01 Jan 2026 11:59:00 GMT' }, {}, 0],
    [
      'a date by a clock that is not this one',
      { 'Retry-After': 'Thu, 01 Jan 2026 10:00:30 GMT', Date: 'Thu, 01 Jan 2026 10:00:00 GMT' },
      {},
      30_000,
    ],
    ['the body alone', {}, { retryAfter: 2 }, 2_000],
    ['both, of which the header counts', { 'Retry-After': '3' }, { retryAfter: 2 }, 3_000],
    ['nothing', {}, {}, 0],
    ['nonsense', { 'Retry-After': 'soon' }, {}, 0],
    ['nonsense in the body', {}, { retryAfter: 'soon' }, 0],
    ['less than nothing', { 'Retry-After': '-5' }, { retryAfter: -5 }, 0],
  ];
  for (const [what, headers, body, ms] of cases)
    it(`is ${ms} ms by ${what}`, () => {
      expect(retryAfterMs(new Headers(headers), body)).to.equal(ms);
    });
});
