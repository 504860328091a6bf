import { expect } from 'chai';
import { RequestError } from '../../../src/errors/request-error.ts';

describe('the error of a refused request', () => {
  it('has no stack, and leaves those of other errors as they are', () => {
    const refusal = new RequestError('BAD_REQUEST', 'The body is not valid', { cause: new Error('why') });
    expect(refusal.stack).to.match(/^\w*Error: The body is not valid$/);
    expect(refusal.cause).to.have.property('stack').that.includes('request-error.test.ts');
    expect(new Error('another').stack).to.include('request-error.test.ts');
  });
});
