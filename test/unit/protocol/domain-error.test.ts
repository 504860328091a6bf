import { expect } from 'chai';
import { KeysUnavailable, TokenRejected } from '../../../src/auth/errors.ts';
import { isDomainError } from '../../../src/protocol/domain-error.ts';
import { type DomainErrorName, domainErrorCodes } from '../../../src/protocol/errors.ts';
import { OutcomeUnknown, RateLimited, StoreUnavailable } from '../../../src/tickets/errors.ts';
import { hostileValues } from '../../support/hostile-values.ts';

const cause = new Error('why');

// The compiler requires every name here, as in the table itself.
const ERRORS: Readonly<Record<DomainErrorName, Error>> = {
  KeysUnavailable: new KeysUnavailable('no keys yet', 4_001),
  OutcomeUnknown: new OutcomeUnknown({ cause }),
  RateLimited: new RateLimited('5 tickets in 60 seconds', 2_000),
  StoreUnavailable: new StoreUnavailable({ cause }),
  TokenRejected: new TokenRejected('claims', 'no sub', { cause }),
};

describe('domain error', () => {
  for (const [name, error] of Object.entries(ERRORS))
    it(`${name} is an Error with its name and a message, and without a stack`, () => {
      expect(error).to.be.instanceOf(Error);
      expect(error.name).to.equal(name);
      expect(error.message).to.match(/^\S.*\S$/);
      expect(String(error)).to.equal(`${name}: ${error.message}`);
      expect(error.stack).to.equal(undefined);
      expect(isDomainError(error)).to.equal(true);
    });

  it('has a cause when it is given one', () => {
    expect(ERRORS.TokenRejected.cause).to.equal(cause);
    expect(ERRORS.StoreUnavailable.cause).to.equal(cause);
    expect(ERRORS.OutcomeUnknown.cause).to.equal(cause);
    expect('cause' in new StoreUnavailable()).to.equal(false);
  });

  it('leaves the stacks of other errors as they are', () => {
    expect(cause.stack).to.include('domain-error.test.ts');
    expect(new Error('another').stack).to.include('domain-error.test.ts');
  });

  it('is recognized by its name, since each bundle has classes of its own', () => {
    const [name] = Object.keys(domainErrorCodes);
    expect(isDomainError(Object.assign(new Error('x'), { name }))).to.equal(true);
    expect(isDomainError({ name, message: 'x' })).to.equal(false);
  });

  it('is no other thrown value, of any kind', () => {
    for (const [what, value] of Object.entries(hostileValues())) expect(isDomainError(value), what).to.equal(false);
  });
});
