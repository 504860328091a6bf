import { expect } from 'chai';
import { type RefusalCode, UpgradeRefused } from '../../../src/gateway/refused.ts';
import { refusals } from '../../../src/http/exchange/refusals.ts';

const CODES: readonly RefusalCode[] = [
  'WS_TICKET_MISSING',
  'WS_TICKET_NOT_REDEEMABLE',
  'WS_TICKET_OUTCOME_UNKNOWN',
  'WS_TICKET_REDIS_NOT_READY',
];

describe('a refused upgrade', () => {
  for (const code of CODES)
    it(`has the status and the time of ${code} that ticketd answers with`, () => {
      const { status, retryAfter } = new UpgradeRefused(code, { traceId: 't' });
      expect({ status, retryAfter }).to.deep.equal({
        status: refusals[code].status,
        retryAfter: refusals[code].retryAfter,
      });
    });

  it('takes another time for an outage, and none for what is final', () => {
    const of = (code: RefusalCode) => new UpgradeRefused(code, { traceId: 't', retryAfter: 9 }).retryAfter;
    expect(of('WS_TICKET_REDIS_NOT_READY')).to.equal(9);
    expect(of('WS_TICKET_NOT_REDEEMABLE')).to.equal(undefined);
  });
});
