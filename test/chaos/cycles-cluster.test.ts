import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import { CYCLES, expectNoGrowth, killClients } from './support/cycles.ts';

describe('Redis connection after repeated outages', function () {
  this.timeout(120_000);
  let cluster: ClusterSetup;
  before(async () => {
    cluster = await startCluster({ replicas: 0 });
  });
  after(() => cluster.remove());

  it('recovers with Redis Cluster and leaks no resources (34c)', async () => {
    await expectNoGrowth({
      case: '34c',
      fault: `${CYCLES} × CLIENT KILL on all nodes, Cluster`,
      env: cluster.env,
      breakOff: () => Promise.all(cluster.nodes.map(killClients)),
    });
  });
});
