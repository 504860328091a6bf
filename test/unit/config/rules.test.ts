import { expect } from 'chai';
import { readConfig } from '../../../src/config/read-config.ts';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { ecPublicKey } from '../../support/key-pairs.ts';

const JWKS_URL = 'https://idp.example/.well-known/jwks.json';

const ISSUER = 'https://idp.example/tenant';
const PUBLISHED = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA';

const NO_KEY = {
  name: 'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, JWT_ISSUERS',
  problem: 'expected at least one of them to be set, found none',
};

describe('rules between configuration variables', () => {
  it('require at least one of JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL and JWT_ISSUERS', async () => {
    expect(await problemsOf({})).to.deep.equal([NO_KEY]);
    const all = { JWT_SECRET: SECRET, JWT_PUBLIC_KEY: ecPublicKey(), JWT_JWKS_URL: JWKS_URL, JWT_ISSUERS: ISSUER };
    await readConfig(all);
    for (const [name, value] of Object.entries(all)) await readConfig({ [name]: value });
  });

  it('require JWT_AUDIENCE or JWT_CLIENT_ID with JWT_ISSUERS, in production only', async () => {
    const production = { NODE_ENV: 'production', JWT_ISSUERS: ISSUER };
    expect(await problemsOf(production)).to.deep.equal([
      {
        name: 'JWT_AUDIENCE, JWT_CLIENT_ID',
        problem:
          'expected one of them to be set, since JWT_ISSUERS is: without it a JWT for any application is accepted',
      },
    ]);
    await readConfig({ ...production, JWT_AUDIENCE: 'api' });
    await readConfig({ ...production, JWT_CLIENT_ID: 'web' });
  });

  it('require JWT_ISSUERS to be issuers, not the addresses of their metadata', async () => {
    for (const metadata of ['openid-configuration', 'oauth-authorization-server']) {
      const problems = await problemsOf({ JWT_ISSUERS: `https://idp.example/.well-known/${metadata}` });
      expect(problems.map(({ name }) => name)).to.deep.equal(['JWT_ISSUERS']);
      expect(problems[0]?.problem).to.match(/^expected the issuer alone, without \/\.well-known\/ and what follows/);
    }
  });

  it('require https or loopback JWT_ISSUERS in production, and in production only', async () => {
    const env = { JWT_ISSUERS: `${ISSUER},http://idp.internal`, JWT_AUDIENCE: 'api' };
    expect((await problemsOf({ ...env, NODE_ENV: 'production' })).map(({ name }) => name)).to.deep.equal([
      'JWT_ISSUERS',
    ]);
    await readConfig(env);
    await readConfig({ ...env, NODE_ENV: 'production', JWT_JWKS_ALLOW_HTTP: 'true' });
    await readConfig({ ...env, NODE_ENV: 'production', JWT_ISSUERS: `${ISSUER},http://localhost:8080` });
  });

  for (const nodeEnv of ['development', 'test', 'production'])
    it(`require a source of JWT keys when NODE_ENV is ${nodeEnv}`, async () => {
      expect(await problemsOf({ NODE_ENV: nodeEnv })).to.deep.equal([NO_KEY]);
    });

  it('require JWT_ALGORITHMS that the key supports', async () => {
    const problem = (able: string) => [
      { name: 'JWT_ALGORITHMS', problem: `expected some of ${able}, which the keys support` },
    ];
    expect(await problemsOf({ JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' })).to.deep.equal(problem('HS256'));
    const withKey = { JWT_PUBLIC_KEY: ecPublicKey() };
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'HS256' })).to.deep.equal(problem('ES256'));
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'ES256,HS256' })).to.deep.equal(problem('ES256'));
    const published = problem(PUBLISHED);
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
