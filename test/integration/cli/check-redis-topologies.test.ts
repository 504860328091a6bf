import { expect } from 'chai';
import { checkRedisTwice } from '../../support/check-redis.ts';
import { type ClusterSetup, startCluster } from '../../support/cluster.ts';
import { freePort } from '../../support/free-port.ts';
import { type RedisNode, startNode } from '../../support/redis-node.ts';
import { type SentinelSetup, startSentinelSetup } from '../../support/sentinel.ts';
import { endAll } from '../../support/ticketd.ts';

const NEEDS_REPLICAS = /^warning: min-replicas-to-write is 0: .+ set it to 1, and min-replicas-max-lag to 2\n$/;

describe('check-redis with Sentinel', () => {
  let setup: SentinelSetup;
  before(async () => {
    setup = await startSentinelSetup();
  });
  after(() => setup.remove());
  afterEach(endAll);

  it('checks the master that the Sentinels name, and warns that a failover can bring tickets back', async () => {
    const { code, stdout, stderr, report } = await checkRedisTwice(setup.env);
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^usable: redis:\/\/127\.0\.0\.1:\d+,.+ \(version [\d.]+, master, [\d.]+ ms, clock \+0 ms\)\n$/,
    );
    expect(stderr).to.match(NEEDS_REPLICAS);
    expect(report).to.include({ ok: true, topology: 'sentinel', role: 'master', masters: 1 });
    expect(report.warnings).to.have.length(1);
  });

  it('does not warn when a write needs a replica', async () => {
    const master = await setup.master();
    await master.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    const { code, stderr, report } = await checkRedisTwice(setup.env);
    await master.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
    expect({ code, stderr, warnings: report.warnings }).to.deep.equal({ code: 0, stderr: '', warnings: [] });
  });

  it('exits 1 for a master that no Sentinel knows', async () => {
    const { code, report } = await checkRedisTwice({ ...setup.env, REDIS_SENTINEL_MASTER: 'nobody' });
    expect(code).to.equal(1);
    expect(report.problem?.error).to.contain('No such master');
    expect(report.problem?.remedy).to.contain('REDIS_SENTINEL_MASTER');
  });

  it('exits 1 when no Sentinel is reachable', async () => {
    const url = `redis://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`;
    const { code, report } = await checkRedisTwice({ ...setup.env, REDIS_URL: url });
    expect(code).to.equal(1);
    expect(report.problem?.error).to.contain('All sentinels are unreachable');
    expect(report.problem?.remedy).to.contain('check REDIS_URL');
  });

  it('exits 2 for the Sentinel variables with a plain Redis', async () => {
    const { port } = await setup.master();
    const { code, stderr, report } = await checkRedisTwice({ ...setup.env, REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(code).to.equal(2);
    expect(report.problem).to.include({ verdict: 'unusable', errorCode: 'NO_SENTINEL' });
    expect(stderr).to.contain('unset REDIS_SENTINEL_MASTER');
  });

  it('exits 2 for a Sentinel without the Sentinel variables', async () => {
    const [port] = setup.sentinels.map((sentinel) => sentinel.port);
    const { code, stderr, report } = await checkRedisTwice({ REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(code).to.equal(2);
    expect(report.problem).to.include({ verdict: 'unusable', errorCode: 'IS_SENTINEL' });
    expect(stderr).to.contain('set REDIS_SENTINEL_MASTER');
  });
});

describe('check-redis with Cluster', () => {
  let cluster: ClusterSetup;
  before(async () => {
    cluster = await startCluster({ replicas: 0 });
  });
  after(() => cluster.remove());
  afterEach(endAll);

  it('checks every master, and reports each warning once', async () => {
    const { code, stdout, stderr, report } = await checkRedisTwice(cluster.env);
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^usable: redis:\/\/127\.0\.0\.1:\d+,.+ \(version [\d.]+, cluster of 3 masters, .+ ms\)\n$/,
    );
    expect(stderr).to.match(NEEDS_REPLICAS);
    expect(report).to.include({ ok: true, topology: 'cluster', masters: 3 });
    expect(report.warnings).to.have.length(1);
  });

  it('exits 2 for any node of a cluster without REDIS_CLUSTER', async () => {
    for (const { port } of cluster.nodes) {
      const { code, stderr, report } = await checkRedisTwice({ REDIS_URL: `redis://127.0.0.1:${port}` });
      expect(code).to.equal(2);
      expect(report.problem).to.include({ verdict: 'unusable', errorCode: 'MOVED' });
      expect(stderr).to.contain('set REDIS_CLUSTER=true');
    }
  });

  it('exits 1 and names the cause when no seed node is reachable', async () => {
    const url = `redis://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`;
    const { code, report } = await checkRedisTwice({ ...cluster.env, REDIS_URL: url });
    expect(code).to.equal(1);
    expect(report.problem).to.include({ verdict: 'unreachable', errorCode: 'ECONNREFUSED' });
  });

  it('exits 2 when a master and its slots are gone', async () => {
    const [first, ...others] = cluster.nodes as readonly [RedisNode, ...RedisNode[]];
    await first.stop();
    try {
      const url = `redis://${others.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
      const { code, report } = await checkRedisTwice({ ...cluster.env, REDIS_URL: url });
      expect(code).to.be.oneOf([1, 2]);
      expect(report.problem?.errorCode).to.be.oneOf(['ECONNREFUSED', 'CLUSTERDOWN']);
    } finally {
      await first.start();
      await cluster.untilHealthy();
    }
  });
});

describe('check-redis with a single Redis', () => {
  let redis: RedisNode;
  before(async () => {
    redis = await startNode();
  });
  after(() => redis.remove());
  afterEach(endAll);

  it('exits 2 for REDIS_CLUSTER', async () => {
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, REDIS_CLUSTER: 'true' };
    const { code, stderr, report } = await checkRedisTwice(env);
    expect(code).to.equal(2);
    expect(report.problem).to.include({ verdict: 'unusable', errorCode: 'NO_CLUSTER' });
    expect(stderr).to.contain('unset REDIS_CLUSTER');
  });
});
