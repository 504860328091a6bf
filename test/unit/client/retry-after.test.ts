import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { retryAfterMs } from '../../../src/client/request-ticket.ts';
import { freezeTime } from '../../support/frozen-time.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

describe('ticketd/client Retry-After', () => {
  let clock: SinonFakeTimers;
  before(() => {
    clock = freezeTime(NOW);
  });
  after(() => clock.restore());

  const cases: readonly [what: string, headers: Record<string, string>, body: object, ms: number][] = [
    ['a number of seconds', { 'Retry-After': '120' }, {}, 120_000],
    ['zero seconds', { 'Retry-After': '0' }, {}, 0],
    ['a date', { 'Retry-After': 'Thu, 01 Jan 2026 12:00:30 GMT' }, {}, 30_000],
    ['a date in the past', { 'Retry-After': 'Thu, 01 Jan 2026 11:59:00 GMT' }, {}, 0],
    [
      'a date by the clock of the server, which differs',
      { 'Retry-After': 'Thu, 01 Jan 2026 10:00:30 GMT', Date: 'Thu, 01 Jan 2026 10:00:00 GMT' },
      {},
      30_000,
    ],
    ['retryAfter in the body only', {}, { retryAfter: 2 }, 2_000],
    ['a header that differs from the body', { 'Retry-After': '3' }, { retryAfter: 2 }, 3_000],
    ['no header and no retryAfter', {}, {}, 0],
    ['an invalid header', { 'Retry-After': 'soon' }, {}, 0],
    ['an invalid retryAfter in the body', {}, { retryAfter: 'soon' }, 0],
    ['30 days', { 'Retry-After': '2592000' }, {}, 86_400_000],
    ['more seconds than a number holds', { 'Retry-After': '9'.repeat(400) }, {}, 86_400_000],
    ['negative seconds', { 'Retry-After': '-5' }, { retryAfter: -5 }, 0],
  ];
  for (const [what, headers, body, ms] of cases)
    it(`waits ${ms} ms for ${what}`, () => {
      expect(retryAfterMs(new Headers(headers), body)).to.equal(ms);
    });
});
