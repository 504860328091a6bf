import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { expectThrough } from './support/chaos-case.ts';
import { expectNoResend } from './support/expect-no-resend.ts';
import { MASTER_LOST } from './support/expect-usual.ts';
import { type MonitorAll, monitorAll } from './support/monitor-all.ts';

describe('Redis connection to a Redis Cluster without replicas', function () {
  this.timeout(120_000);
  let cluster: ClusterSetup;
  let monitor: MonitorAll;
  beforeEach(async () => {
    cluster = await startCluster({ replicas: 0 });
    monitor = await monitorAll(cluster.nodes);
  });
  afterEach(async () => {
    monitor.close();
    await cluster.remove();
  });

  for (const [letter, name, fault, heal] of [
    ['c', 'SIGKILL', 'stop', 'start'],
    ['d', 'SIGSTOP', 'pause', 'resume'],
  ] as const)
    it(`recovers only when the master is back from ${name} (32${letter})`, async () => {
      const [master] = cluster.nodes as [RedisNode, ...RedisNode[]];
      const report = await expectThrough({
        case: `32${letter}`,
        name: `Cluster without replicas: ${name} of a master for 5 s`,
        env: cluster.env,
        fault: master[fault],
        heal: async () => {
          await master[heal]();
          await cluster.untilHealthy();
        },
        lastsMs: 5000,
        detectedBy: MASTER_LOST,
        detectedWithinMs: 2000,
      });
      expectNoResend(report, monitor.keysOf('SET'));
    });
});
