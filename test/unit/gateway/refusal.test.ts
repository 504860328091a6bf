import { expect } from 'chai';
import { type RefusalCode, UpgradeRefused } from '../../../src/gateway/refusal.ts';

describe('ticketd/gateway UpgradeRefused', () => {
  for (const [code, status, message, retryAfter] of [
    ['WS_TICKET_MISSING', 401, 'Send a ticket with the handshake', undefined],
    ['WS_TICKET_NOT_REDEEMABLE', 403, 'The ticket cannot be redeemed', undefined],
    ['WS_TICKET_OUTCOME_UNKNOWN', 503, 'The ticket may be spent: get a new one', 2],
    ['WS_TICKET_REDIS_NOT_READY', 503, 'Ticket service temporarily unavailable', 2],
  ] as const)
    it(`has the status, message and retryAfter of ticketd for ${code}`, () => {
      const refusal = new UpgradeRefused(code, { traceId: 't' });
      expect(refusal).to.include({ status, message, retryAfter });
    });

  it('accepts another retryAfter for an outage, and none for a final refusal', () => {
    const of = (code: RefusalCode) => new UpgradeRefused(code, { traceId: 't', retryAfter: 9 }).retryAfter;
    expect(of('WS_TICKET_REDIS_NOT_READY')).to.equal(9);
    expect(of('WS_TICKET_NOT_REDEEMABLE')).to.equal(undefined);
  });
});
