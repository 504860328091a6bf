import { expect } from 'chai';
import { readConfig } from '../../../src/config/read-config.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { ecPublicKey } from '../../support/key-pairs.ts';

const JWKS_URL = 'https://idp.example/.well-known/jwks.json';

const NO_KEY = {
  name: 'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL',
  problem: 'expected exactly one of them to be set, found 0',
};

describe('rules between configuration variables', () => {
  it('require exactly one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL', async () => {
    expect(await problemsOf({})).to.deep.equal([NO_KEY]);
    const both = await problemsOf({ JWT_SECRET: SECRET, JWT_PUBLIC_KEY: ecPublicKey() });
    expect(both).to.deep.equal([{ ...NO_KEY, problem: 'expected exactly one of them to be set, found 2' }]);
    const all = await problemsOf({ JWT_SECRET: SECRET, JWT_PUBLIC_KEY: ecPublicKey(), JWT_JWKS_URL: JWKS_URL });
    expect(all).to.deep.equal([{ ...NO_KEY, problem: 'expected exactly one of them to be set, found 3' }]);
    expect((await readConfig({ JWT_JWKS_URL: JWKS_URL })).jwt.jwksUrl?.href).to.equal(JWKS_URL);
  });

  for (const nodeEnv of ['development', 'test', 'production'])
    it(`require a source of JWT keys when NODE_ENV is ${nodeEnv}`, async () => {
      expect(await problemsOf({ NODE_ENV: nodeEnv })).to.deep.equal([NO_KEY]);
    });

  it('require JWT_ALGORITHMS that the key supports', async () => {
    const problem = (able: string) => [
      { name: 'JWT_ALGORITHMS', problem: `expected some of ${able}, which the key supports` },
    ];
    expect(await problemsOf({ JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' })).to.deep.equal(problem('HS256'));
    const withKey = { JWT_PUBLIC_KEY: ecPublicKey() };
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'HS256' })).to.deep.equal(problem('ES256'));
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'ES256,HS256' })).to.deep.equal(problem('ES256'));
    const published = problem('RS256, PS256, ES256');
    expect(await problemsOf({ JWT_JWKS_URL: JWKS_URL, JWT_ALGORITHMS: 'RS256,HS256' })).to.deep.equal(published);
  });

  it('require an https or loopback JWT_JWKS_URL in production, and in production only', async () => {
    const production = { NODE_ENV: 'production' };
    for (const url of [
      'http://idp.example/jwks',
      'http://10.0.0.1/jwks',
      'http://localhost.example/',
      'http://127.0.0.1.example/',
    ]) {
      expect(await problemsOf({ ...production, JWT_JWKS_URL: url }), url).to.deep.equal([
        {
          name: 'JWT_JWKS_URL',
          problem:
            'expected https://; in production http:// is allowed to this machine only, or with JWT_JWKS_ALLOW_HTTP=true',
        },
      ]);
      await readConfig({ JWT_JWKS_URL: url });
    }
    for (const url of [JWKS_URL, 'http://localhost:8080/', 'http://127.0.0.1/', 'http://127.9.9.9/', 'http://[::1]:1/'])
      await readConfig({ ...production, JWT_JWKS_URL: url });
  });

  it('require SHUTDOWN_TIMEOUT_MS to be above DRAIN_DELAY_MS', async () => {
    const env = { JWT_SECRET: SECRET, DRAIN_DELAY_MS: '5000', SHUTDOWN_TIMEOUT_MS: '5000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'SHUTDOWN_TIMEOUT_MS', problem: 'expected more than DRAIN_DELAY_MS (5000), found 5000' },
    ]);
    expect((await configOf({ ...env, SHUTDOWN_TIMEOUT_MS: '5001' })).shutdown.timeoutMs).to.equal(5001);
  });

  it('require SHUTDOWN_TIMEOUT_MS to be above the default DRAIN_DELAY_MS of production', async () => {
    const env = { JWT_SECRET: SECRET, NODE_ENV: 'production', SHUTDOWN_TIMEOUT_MS: '9000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'SHUTDOWN_TIMEOUT_MS', problem: 'expected more than DRAIN_DELAY_MS (10000), found 9000' },
    ]);
  });

  it('reject memory:// in production only', async () => {
    const env = { JWT_SECRET: SECRET, REDIS_URL: 'memory://' };
    expect(await problemsOf({ ...env, NODE_ENV: 'production' })).to.deep.equal([
      {
        name: 'REDIS_URL',
        problem: 'expected redis:// or rediss://; in production memory:// is not allowed',
      },
    ]);
    expect((await configOf(env)).redis.target).to.deep.equal({ kind: 'memory' });
  });

  it('require different addresses for PORT and INTERNAL_PORT', async () => {
    const env = { JWT_SECRET: SECRET, PORT: '4000', INTERNAL_PORT: '4000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'INTERNAL_PORT', problem: 'expected a port other than PORT, or off' },
    ]);
    expect((await configOf({ ...env, INTERNAL_HOST: '127.0.0.1' })).http.internalPort).to.equal(4000);
    expect((await configOf({ ...env, PORT: '0', INTERNAL_PORT: '0' })).http.internalPort).to.equal(0);
  });
});
