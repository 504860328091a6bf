import { expect } from 'chai';
import { describeError } from '../../../src/errors/describe-error.ts';
import { isRequestError, RequestError } from '../../../src/errors/request-error.ts';

describe('the message of an error', () => {
  it('is one line for the log, whatever breaks and blanks it has', () => {
    const error = new Error(' wrong version\r\n   number:\tssl3.c\n');
    expect(describeError(error).error).to.equal('wrong version number: ssl3.c');
  });
});

describe('a refusal that the caller may read', () => {
  it('is known by its name, whichever bundle it comes from', () => {
    expect(isRequestError(new RequestError('NOT_FOUND', 'no such path'))).to.equal(true);
    expect(isRequestError(Object.assign(new Error('x'), { name: 'RequestError' }))).to.equal(true);
    for (const other of [new Error('x'), { name: 'RequestError' }, 'RequestError', undefined])
      expect(isRequestError(other), String(other)).to.equal(false);
  });
});
