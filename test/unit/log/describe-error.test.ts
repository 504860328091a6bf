import { expect } from 'chai';
import { describeError, describeWithCause, stackOf } from '../../../src/log/describe-error.ts';
import { TimeLimitError } from '../../../src/startup/errors.ts';
import { hostileValues } from '../../support/hostile-values.ts';

const coded = (code: unknown, message: string): Error => Object.assign(new Error(message), { code });

describe('describeError()', () => {
  it('returns the message and the code of Node.js or Redis, or else the name of the class', () => {
    expect(describeError(coded('ECONNREFUSED', 'refused'))).to.deep.equal({
      error: 'refused',
      errorCode: 'ECONNREFUSED',
    });
    expect(describeError(new Error('READONLY You can not write')).errorCode).to.equal('READONLY');
    expect(describeError(new Error('OOM')).errorCode).to.equal('OOM');
    expect(describeError(new TypeError('x is not a function')).errorCode).to.equal('TypeError');
    expect(describeError(new TimeLimitError('PHASE_TIMEOUT', 'out of time')).errorCode).to.equal('PHASE_TIMEOUT');
    expect(describeError(coded(7, 'odd')).errorCode).to.equal('Error');
  });

  it('returns no other property, such as a command that contains passwords or digests', () => {
    const error = Object.assign(new Error('WRONGPASS no'), { command: { name: 'auth', args: ['hunter2'] } });
    expect(describeError(error)).to.deep.equal({ error: 'WRONGPASS no', errorCode: 'WRONGPASS' });
  });

  it('returns the first error of an AggregateError', () => {
    const all = new AggregateError([coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:1'), coded('EACCES', 'no')], '');
    expect(describeError(all)).to.deep.equal({ error: 'connect ECONNREFUSED ::1:1', errorCode: 'ECONNREFUSED' });
    expect(describeError(new AggregateError([], ''))).to.deep.equal({
      error: 'AggregateError',
      errorCode: 'AggregateError',
    });
  });

  it('returns the last node error when no node of a cluster is usable', () => {
    const last = coded('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:6379');
    const all = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: last });
    expect(describeError(all)).to.deep.equal({ error: last.message, errorCode: 'ECONNREFUSED' });
    const reply = new Error('WRONGPASS invalid username-password pair');
    expect(describeError(Object.assign(all, { lastNodeError: reply })).errorCode).to.equal('WRONGPASS');
  });

  it('returns the error itself when a cluster has no last node error', () => {
    for (const lastNodeError of [null, undefined, 'a string'])
      expect(
        describeError(Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError })),
      ).to.deep.equal({
        error: 'Failed to refresh slots cache.',
        errorCode: 'Error',
      });
  });

  it('returns a text that is not empty for any thrown value', () => {
    expect(describeError(coded('ECONNRESET', ''))).to.deep.equal({ error: 'ECONNRESET', errorCode: 'ECONNRESET' });
    expect(describeError('a string')).to.deep.equal({ error: 'a string', errorCode: 'UNKNOWN' });
    expect(describeError(undefined)).to.deep.equal({ error: 'undefined', errorCode: 'UNKNOWN' });
  });

  for (const [what, thrown] of Object.entries(hostileValues()))
    it(`returns strings for ${what}`, () => {
      for (const described of [describeError(thrown), describeWithCause(thrown)]) {
        expect(described.error).to.be.a('string').that.is.not.equal('');
        expect(described.errorCode).to.be.a('string').that.is.not.equal('');
      }
      expect(typeof stackOf(thrown)).to.be.oneOf(['string', 'undefined']);
    });
});

describe('stackOf()', () => {
  it('returns the stack of an error, or undefined when the stack is not a string', () => {
    const error = new Error('broken');
    expect(stackOf(error)).to.equal(error.stack);
    expect(stackOf(Object.defineProperty(new Error('x'), 'stack', { value: {} }))).to.equal(undefined);
    expect(stackOf('broken')).to.equal(undefined);
  });
});

describe('describeWithCause()', () => {
  it('appends the message of the cause', () => {
    const error = new TimeLimitError('PHASE_TIMEOUT', 'out of time');
    error.cause = coded('ECONNREFUSED', 'refused');
    expect(describeWithCause(error)).to.deep.equal({ error: 'out of time: refused', errorCode: 'PHASE_TIMEOUT' });
    expect(describeWithCause(new Error('alone'))).to.deep.equal({ error: 'alone', errorCode: 'Error' });
    expect(describeWithCause('a string')).to.deep.equal({ error: 'a string', errorCode: 'UNKNOWN' });
  });
});
