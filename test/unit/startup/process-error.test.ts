import { expect } from 'chai';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { ConfigError, isConfigError } from '../../../src/config/config-error.ts';
import * as own from '../../../src/startup/process-error.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';

// Each bundle of the build has its own classes. So has a module that is loaded under another name.
const OTHER_ERRORS = '../../../src/startup/process-error.ts?other';
const OTHER_PROBLEMS = '../../../src/config/config-error.ts?other';

const { isInterruptedError, isProcessError } = own;

describe('process errors of another bundle', () => {
  let other: typeof own;
  let OtherConfigError: typeof ConfigError;
  before(async () => {
    other = await import(OTHER_ERRORS);
    ({ ConfigError: OtherConfigError } = await import(OTHER_PROBLEMS));
  });

  it('are recognized by isProcessError() and exit with their own code', () => {
    const error = new other.ProcessError('REDIS_UNUSABLE', 'full');
    expect(error).to.not.be.instanceOf(own.ProcessError);
    expect(isProcessError(error)).to.equal(true);
    expect(other.isProcessError(new own.ProcessError('USAGE', 'what?'))).to.equal(true);
    expect(exitCodeOf(error)).to.equal(2);
  });

  it('are recognized by isInterruptedError() and exit with 143 for SIGTERM', () => {
    const error = new other.InterruptedError('SIGTERM');
    expect(error).to.not.be.instanceOf(own.InterruptedError);
    expect(isInterruptedError(error)).to.equal(true);
    expect(isInterruptedError(new other.ProcessError('USAGE', 'what?'))).to.equal(false);
    expect(exitCodeOf(error)).to.equal(143);
  });

  it('are recognized by isConfigError() and exit with 78', () => {
    const error = new OtherConfigError([{ name: 'PORT', problem: 'expected less' }]);
    expect(error).to.not.be.instanceOf(ConfigError);
    expect(isConfigError(error)).to.equal(true);
    expect(isConfigError(new own.ProcessError('USAGE', 'wrong'))).to.equal(false);
    expect(exitCodeOf(error)).to.equal(78);
  });

  it('differ from any other thrown value, which exits with 70', () => {
    const others = [new Error('x'), new TypeError('x'), new StoreUnavailable(), 'ProcessError', undefined];
    for (const error of [...others, null, { name: 'ProcessError', code: 'USAGE' }]) {
      expect(isProcessError(error), String(error)).to.equal(false);
      expect(isInterruptedError(error), String(error)).to.equal(false);
      expect(exitCodeOf(error), String(error)).to.equal(70);
    }
  });
});
