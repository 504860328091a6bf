import { expect } from 'chai';
import { configOf, problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';

type Env = Readonly<Record<string, string>>;

const problems = (env: Env) => problemsOf({ JWT_SECRET: SECRET, ...env });
const taken = async (env: Env) => (await configOf(env)).redis;

const SENTINEL = { REDIS_SENTINEL_MASTER: 'main' };
const CLUSTER = { REDIS_CLUSTER: 'true' };
const LIST = { REDIS_URL: 'redis://a,b' };

describe('Redis topology variables', () => {
  it('require Sentinel or Cluster when REDIS_URL is a list', async () => {
    expect(await problems(LIST)).to.deep.equal([
      { name: 'REDIS_URL', problem: 'expected one server; a list requires REDIS_SENTINEL_MASTER or REDIS_CLUSTER' },
    ]);
    expect(await problems({ ...LIST, REDIS_CLUSTER: 'false' })).to.have.lengthOf(1);
    for (const env of [SENTINEL, CLUSTER])
      expect((await taken({ ...LIST, ...env })).target)
        .to.have.property('servers')
        .with.lengthOf(2);
  });

  it('allow Sentinel or Cluster with a single server', async () => {
    expect(await taken({ REDIS_URL: 'redis://a', ...SENTINEL })).to.include({ sentinelMaster: 'main', cluster: false });
    expect(await taken({ REDIS_URL: 'redis://a', ...CLUSTER })).to.include({ cluster: true });
  });

  it('reject REDIS_SENTINEL_MASTER and REDIS_CLUSTER together', async () => {
    for (const env of [LIST, { REDIS_URL: 'redis://a' }, { REDIS_URL: 'memory://' }])
      expect(await problems({ ...env, ...SENTINEL, ...CLUSTER })).to.deep.equal([
        { name: 'REDIS_CLUSTER', problem: 'expected either REDIS_CLUSTER or REDIS_SENTINEL_MASTER, found both' },
      ]);
  });

  it('reject Sentinel and Cluster with memory://', async () => {
    for (const env of [SENTINEL, CLUSTER])
      expect(await problems({ REDIS_URL: 'memory://', ...env })).to.deep.equal([
        { name: 'REDIS_URL', problem: 'expected redis:// or rediss:// with Sentinel or Cluster' },
      ]);
  });

  it('allow only database 0 in a cluster, and any database behind Sentinels', async () => {
    const env = { REDIS_URL: 'redis://a/3,b' };
    expect(await problems({ ...env, ...CLUSTER })).to.deep.equal([
      { name: 'REDIS_URL', problem: 'expected database 0, the only one that a cluster has' },
    ]);
    expect((await taken({ ...env, ...SENTINEL })).target).to.include({ database: 3 });
  });

  it('report only the invalid variable when one of them is invalid', async () => {
    expect(await problems({ REDIS_URL: 'redis://a,rediss://b' })).to.have.lengthOf(1);
    const names = (await problems({ ...LIST, REDIS_CLUSTER: 'yes' })).map(({ name }) => name);
    expect(names).to.deep.equal(['REDIS_CLUSTER']);
  });
});

describe('REDIS_SENTINEL_PASSWORD', () => {
  it('is rejected without REDIS_SENTINEL_MASTER', async () => {
    const env = { REDIS_SENTINEL_PASSWORD: 'hunter2' };
    const expected = { name: 'REDIS_SENTINEL_PASSWORD', problem: 'expected REDIS_SENTINEL_MASTER to be set, too' };
    expect(await problems(env)).to.deep.equal([expected]);
    expect(await problems({ ...LIST, ...CLUSTER, ...env })).to.deep.equal([expected]);
    expect(await taken({ ...LIST, ...SENTINEL, ...env })).to.include({ sentinelPassword: 'hunter2' });
  });
});
