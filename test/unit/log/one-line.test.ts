import { expect } from 'chai';
import { describeError } from '../../../src/log/describe-error.ts';
import { isRequestError, RequestError } from '../../../src/protocol/request-error.ts';

describe('describeError() message', () => {
  it('is one line, without line breaks and repeated whitespace', () => {
    const error = new Error(' wrong version\r\n   number:\tssl3.c\n');
    expect(describeError(error).error).to.equal('wrong version number: ssl3.c');
  });
});

describe('isRequestError()', () => {
  it('recognizes a RequestError of any bundle by its name', () => {
    expect(isRequestError(new RequestError('NOT_FOUND', 'no such path'))).to.equal(true);
    expect(isRequestError(Object.assign(new Error('x'), { name: 'RequestError' }))).to.equal(true);
    for (const other of [new Error('x'), { name: 'RequestError' }, 'RequestError', undefined])
      expect(isRequestError(other), String(other)).to.equal(false);
  });
});
