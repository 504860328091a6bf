import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const STAND_IN = fileURLToPath(new URL('../../../ops/build/no-debug.cjs', import.meta.url));
const ORIGINAL = createRequire(createRequire(import.meta.url).resolve('ioredis')).resolve('debug');

// As Koa and ioredis use it.
const USE = `
const createDebug = require(process.argv[1]);
const debug = (createDebug.default || createDebug)('ioredis:redis');
debug('write command[%s]: %d -> %s(%o)', '127.0.0.1:6379', 0, 'auth', ['hunter2']);
process.stdout.write(String(Boolean(debug.enabled)));
`;

/** What is printed, on both streams, by the use of a library. */
const printed = (library: string, env: Record<string, string>): string =>
  execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, '--eval', USE, library], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });

describe('debug (replacement in the build)', () => {
  it('does what debug does without DEBUG in the environment', () => {
    expect(printed(STAND_IN, {})).to.equal('false').and.to.equal(printed(ORIGINAL, {}));
  });

  it('prints no password with DEBUG=*, which debug does', () => {
    expect(printed(ORIGINAL, { DEBUG: '*' })).to.contain('hunter2');
    expect(printed(STAND_IN, { DEBUG: '*' })).to.equal('false');
  });
});
