import { expect } from 'chai';
import { KeysUnavailable, TokenRejected } from '../../../../src/auth/errors.ts';
import { errorCodeOf, RequestError } from '../../../../src/http/middleware/error-mapping.ts';
import { OutcomeUnknown, RateLimited, StoreUnavailable } from '../../../../src/tickets/errors.ts';
import { hostileValues } from '../../../support/hostile-values.ts';

describe('error code of a thrown value', () => {
  for (const [error, code] of [
    [new RequestError('NOT_FOUND'), 'NOT_FOUND'],
    [new TokenRejected('claims', 'no sub'), 'AUTH_TOKEN_INVALID'],
    [new KeysUnavailable('no keys yet', 1), 'AUTH_KEYS_UNAVAILABLE'],
    [new RateLimited('5 tickets in 60 seconds', 1), 'WS_TICKET_RATE_LIMITED'],
    [new StoreUnavailable(), 'WS_TICKET_REDIS_NOT_READY'],
    [new OutcomeUnknown(), 'WS_TICKET_OUTCOME_UNKNOWN'],
  ] as const)
    it(`is ${code} for ${error.name}`, () => {
      expect(errorCodeOf(error)).to.equal(code);
    });

  it('is undefined for any other value, and for a RequestError with a code that is not in the table', () => {
    for (const [what, value] of Object.entries(hostileValues())) expect(errorCodeOf(value), what).to.equal(undefined);
    expect(errorCodeOf(new RequestError('toString' as never, 'no'))).to.equal(undefined);
  });
});

describe('RequestError', () => {
  it('has the message of its code by default, and no stack', () => {
    const error = new RequestError('NOT_FOUND');
    expect([error.message, error.stack]).to.deep.equal(['No such path', undefined]);
    expect(new RequestError('NOT_FOUND', 'gone').message).to.equal('gone');
  });
});
