import { expect } from 'chai';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { ecPublicKey } from '../../support/key-pairs.ts';

const NO_KEY = {
  name: 'JWT_SECRET, JWT_PUBLIC_KEY',
  problem: 'expected exactly one of them to be set, found 0',
};

describe('what must hold between variables', () => {
  it('exactly one source of JWT keys is set', async () => {
    expect(await problemsOf({})).to.deep.equal([NO_KEY]);
    const both = await problemsOf({ JWT_SECRET: SECRET, JWT_PUBLIC_KEY: ecPublicKey() });
    expect(both).to.deep.equal([{ ...NO_KEY, problem: 'expected exactly one of them to be set, found 2' }]);
  });

  for (const nodeEnv of ['development', 'test', 'production'])
    it(`a source of JWT keys is demanded in ${nodeEnv} as well`, async () => {
      expect(await problemsOf({ NODE_ENV: nodeEnv })).to.deep.equal([NO_KEY]);
    });

  it('the algorithms are ones that the key can do', async () => {
    const problem = (able: string) => [
      { name: 'JWT_ALGORITHMS', problem: `expected some of ${able}, which the key can do` },
    ];
    expect(await problemsOf({ JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' })).to.deep.equal(problem('HS256'));
    const withKey = { JWT_PUBLIC_KEY: ecPublicKey() };
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'HS256' })).to.deep.equal(problem('ES256'));
    expect(await problemsOf({ ...withKey, JWT_ALGORITHMS: 'ES256,HS256' })).to.deep.equal(problem('ES256'));
  });

  it('the shutdown has more time than the drain delay', async () => {
    const env = { JWT_SECRET: SECRET, DRAIN_DELAY_MS: '5000', SHUTDOWN_TIMEOUT_MS: '5000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'SHUTDOWN_TIMEOUT_MS', problem: 'expected more than DRAIN_DELAY_MS (5000), found 5000' },
    ]);
    expect((await configOf({ ...env, SHUTDOWN_TIMEOUT_MS: '5001' })).shutdown.timeoutMs).to.equal(5001);
  });

  it('the shutdown has more time than the drain delay that production brings', async () => {
    const env = { JWT_SECRET: SECRET, NODE_ENV: 'production', SHUTDOWN_TIMEOUT_MS: '9000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'SHUTDOWN_TIMEOUT_MS', problem: 'expected more than DRAIN_DELAY_MS (10000), found 9000' },
    ]);
  });

  it('the embedded store is refused in production, and there alone', async () => {
    const env = { JWT_SECRET: SECRET, REDIS_URL: 'memory://' };
    expect(await problemsOf({ ...env, NODE_ENV: 'production' })).to.deep.equal([
      {
        name: 'REDIS_URL',
        problem: 'expected redis:// or rediss:// in production; memory:// is for trying things out',
      },
    ]);
    expect((await configOf(env)).redis.target).to.deep.equal({ kind: 'memory' });
  });

  it('the two listeners have an address each', async () => {
    const env = { JWT_SECRET: SECRET, PORT: '4000', INTERNAL_PORT: '4000' };
    expect(await problemsOf(env)).to.deep.equal([
      { name: 'INTERNAL_PORT', problem: 'expected another port than PORT, or off' },
    ]);
    expect((await configOf({ ...env, INTERNAL_HOST: '127.0.0.1' })).http.internalPort).to.equal(4000);
    expect((await configOf({ ...env, PORT: '0', INTERNAL_PORT: '0' })).http.internalPort).to.equal(0);
  });
});
