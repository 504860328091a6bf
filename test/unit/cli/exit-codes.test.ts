import { expect } from 'chai';
import { JwksUnavailable } from '../../../src/auth/remote-keys.ts';
import {
  EXIT_CODES,
  type ExpectedError,
  exitCodeOf,
  InterruptedBySignal,
  isExpected,
  ProbeFailed,
  UsageError,
} from '../../../src/cli/exit-codes.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { ListenFailed } from '../../../src/http/server/listener.ts';
import { RedisUnreachable } from '../../../src/redis/connection.ts';
import { TimeLimitError } from '../../../src/startup/errors.ts';

const EXPECTED: readonly (readonly [ExpectedError, number])[] = [
  [new ConfigError([{ name: 'PORT', problem: 'expected less' }]), 78],
  [new InterruptedBySignal('SIGINT'), 130],
  [new InterruptedBySignal('SIGTERM'), 143],
  [new JwksUnavailable('no keys'), 1],
  [new ListenFailed('taken'), 1],
  [new ProbeFailed('answered 503'), 1],
  [new RedisUnreachable('refused'), 1],
  [new TimeLimitError('PHASE_TIMEOUT', 'too slow'), 1],
  [new TimeLimitError('SHUTDOWN_FORCED', 'too slow'), 124],
  [new TimeLimitError('STARTUP_TIMEOUT', 'too slow'), 1],
  [new UsageError('wrong'), 64],
];

const coded = (code: unknown): Error => Object.assign(new Error('x'), { code });

const INTERNAL = [
  new Error('x'),
  new TypeError('x'),
  coded('ECONNREFUSED'),
  coded('toString'),
  coded('__proto__'),
  coded(undefined),
  coded(1),
  { name: 'UsageError', code: 'USAGE' },
  'USAGE',
  null,
  undefined,
];

describe('exit codes', () => {
  for (const [error, exitCode] of EXPECTED)
    it(`exit with ${exitCode} for ${error.code}: ${error.message}`, () => {
      expect(exitCodeOf(error)).to.equal(exitCode);
      expect(isExpected(error)).to.equal(true);
    });

  it('exit with 70 for any other thrown value, which is an internal error', () => {
    for (const thrown of INTERNAL) {
      expect(exitCodeOf(thrown), String(thrown)).to.equal(70);
      expect(isExpected(thrown), String(thrown)).to.equal(false);
    }
  });

  it('are never 0 for a failure, and 2 only for a Redis that is reached but unusable', () => {
    const codes = Object.entries(EXIT_CODES);
    expect(codes.filter(([, exitCode]) => exitCode === 0)).to.deep.equal([]);
    expect(codes.filter(([, exitCode]) => exitCode === 2)).to.deep.equal([['REDIS_UNUSABLE', 2]]);
  });
});
