import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const koaJwt = createRequire(import.meta.url).resolve('koa-jwt');
const jsonwebtoken = createRequire(koaJwt).resolve('jsonwebtoken');
const { satisfies: original } = createRequire(jsonwebtoken)('semver');
const standIn = createRequire(import.meta.url)('../../../ops/build/semver.cjs');

// The oldest that package.json allows, and the one that runs this.
const VERSIONS = ['v20.19.0', process.version];

describe('semver (replacement in the build)', () => {
  it('returns the same result as semver for each range that jsonwebtoken checks', () => {
    const lib = join(dirname(jsonwebtoken), 'lib');
    const asked = readdirSync(lib).flatMap((name) => [
      ...readFileSync(join(lib, name), 'utf8').matchAll(/semver\.(\w+)\(process\.version, '([^']+)'\)/g),
    ]);
    expect(asked).to.have.lengthOf(3);
    for (const [, method, range] of asked)
      for (const version of VERSIONS) {
        expect(method).to.equal('satisfies');
        expect(standIn.satisfies(version, range)).to.equal(original(version, range));
      }
  });
});
