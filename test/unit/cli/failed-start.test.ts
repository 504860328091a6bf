import { expect } from 'chai';
import { JwksUnavailable } from '../../../src/auth/remote-keys.ts';
import { InterruptedBySignal } from '../../../src/cli/exit-codes.ts';
import { reasonOf } from '../../../src/cli/failed-start.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { ListenFailed } from '../../../src/http/server/listener.ts';
import { RedisUnreachable } from '../../../src/redis/connection.ts';
import { diagnose } from '../../../src/redis/diagnosis.ts';
import { TimeLimitError } from '../../../src/startup/errors.ts';

const caused = <T extends Error>(error: T, cause: unknown): T => Object.assign(error, { cause });
const redisDown = (message: string) =>
  caused(new RedisUnreachable(`Redis at redis://r: ${message}`), new Error(message));

describe('reason of a failed start', () => {
  const LOADING = 'LOADING Redis is loading';
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'all wrong variables, however many there are',
      new ConfigError(Array.from({ length: 50 }, (_, index) => ({ name: `V${index}`, problem: 'expected\nless' }))),
      /^invalid configuration: V0: expected less; .*V49: expected less$/,
    ],
    ['a wrong address to listen on', new ListenFailed('cannot listen'), /^cannot listen; .*correct HOST and PORT/],
    [
      'a time-out of the whole start',
      new TimeLimitError('STARTUP_TIMEOUT', 'late'),
      /^late; raise STARTUP_TIMEOUT_MS$/,
    ],
    ['a time-out of a phase', new TimeLimitError('PHASE_TIMEOUT', 'late'), /^late; check what this phase needs/],
    [
      'a time-out because of the identity provider',
      caused(new TimeLimitError('PHASE_TIMEOUT', 'late'), new JwksUnavailable('no keys')),
      /^late: no keys; correct JWT_JWKS_URL/,
    ],
    ['a signal', new InterruptedBySignal('SIGTERM'), /^interrupted by SIGTERM$/],
    [
      'an internal error',
      new TypeError('x is\nnot a function'),
      /^internal error: x is not a function; see uncaught_error/,
    ],
    ['an internal error that is no Error', null, /^internal error: null; see uncaught_error in the log$/],
    ['a secret', new ListenFailed('redis://u:hunter2@host'), /^redis:\/\/\[credentials\]@host; /],
  ];
  for (const [name, error, reason] of cases)
    it(`is one line that says what to do: ${name}`, () => {
      expect(reasonOf(error)).to.match(reason).and.not.contain('\n');
    });

  it('has the same remedy for Redis as check-redis', () => {
    const { remedy } = diagnose(new Error(LOADING));
    expect(reasonOf(caused(new TimeLimitError('STARTUP_TIMEOUT', 'late'), redisDown(LOADING)))).to.equal(
      `late: Redis at redis://r: ${LOADING}; ${remedy}`,
    );
  });
});
