import { expect } from 'chai';
import { outageCodeOf } from '../../../src/gateway/outage-codes.ts';
import { domainErrorCodes } from '../../../src/protocol/errors.ts';

describe('ticketd/gateway outageCodeOf()', () => {
  it('returns the refusal for each 503 that says what happened to the ticket', () => {
    expect(outageCodeOf('SERVICE_OVERLOADED')).to.equal('WS_TICKET_REDIS_NOT_READY');
    expect(outageCodeOf(domainErrorCodes.StoreUnavailable)).to.equal('WS_TICKET_REDIS_NOT_READY');
    expect(outageCodeOf(domainErrorCodes.OutcomeUnknown)).to.equal('WS_TICKET_OUTCOME_UNKNOWN');
  });

  it('returns undefined for every other code, and for what is no code', () => {
    for (const other of [
      'INTERNAL_ERROR',
      'WS_TICKET_NOT_REDEEMABLE',
      'AUTH_KEYS_UNAVAILABLE',
      'toString',
      503,
      undefined,
    ])
      expect(outageCodeOf(other), String(other)).to.equal(undefined);
  });
});
