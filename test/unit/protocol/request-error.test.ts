import { expect } from 'chai';
import { RequestError } from '../../../src/protocol/request-error.ts';

describe('RequestError', () => {
  it('has no stack and does not change the stacks of other errors', () => {
    const refusal = new RequestError('BAD_REQUEST', 'The body is not valid', { cause: new Error('why') });
    expect(refusal.stack).to.match(/^\w*Error: The body is not valid$/);
    expect(refusal.cause).to.have.property('stack').that.includes('request-error.test.ts');
    expect(new Error('another').stack).to.include('request-error.test.ts');
  });
});
