import { expect } from 'chai';
import { describeError } from '../../../src/log/describe-error.ts';

describe('describeError() message', () => {
  it('is one line, without line breaks and repeated whitespace', () => {
    const error = new Error(' wrong version\r\n   number:\tssl3.c\n');
    expect(describeError(error).error).to.equal('wrong version number: ssl3.c');
  });
});
