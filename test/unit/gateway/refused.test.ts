import { expect } from 'chai';
import { type RefusalCode, UpgradeRefused } from '../../../src/gateway/refused.ts';
import { wireErrors } from '../../../src/protocol/errors.ts';

const CODES: readonly RefusalCode[] = [
  'WS_TICKET_MISSING',
  'WS_TICKET_NOT_REDEEMABLE',
  'WS_TICKET_OUTCOME_UNKNOWN',
  'WS_TICKET_REDIS_NOT_READY',
];

describe('ticketd/gateway UpgradeRefused', () => {
  for (const code of CODES)
    it(`has the status and retryAfter that ticketd returns for ${code}`, () => {
      const { status, retryAfter } = new UpgradeRefused(code, { traceId: 't' });
      expect({ status, retryAfter }).to.deep.equal({
        status: wireErrors[code].status,
        retryAfter: wireErrors[code].retryAfter,
      });
    });

  it('accepts another retryAfter for an outage, and none for a final refusal', () => {
    const of = (code: RefusalCode) => new UpgradeRefused(code, { traceId: 't', retryAfter: 9 }).retryAfter;
    expect(of('WS_TICKET_REDIS_NOT_READY')).to.equal(9);
    expect(of('WS_TICKET_NOT_REDEEMABLE')).to.equal(undefined);
  });
});
