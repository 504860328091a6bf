import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { expectThrough } from './support/chaos-case.ts';
import { expectNoResend } from './support/expect-no-resend.ts';
import { MASTER_LOST } from './support/expect-usual.ts';
import { type MonitorAll, monitorAll } from './support/monitor-all.ts';

const NODE_TIMEOUT_MS = 2000;
// A replica waits for the node time-out, another for the vote, and then ticketd must detect it.
const BACK_WITHIN_MS = NODE_TIMEOUT_MS + 4000;

describe('Redis connection to a Redis Cluster with replicas', function () {
  this.timeout(120_000);
  let cluster: ClusterSetup;
  let monitor: MonitorAll;
  beforeEach(async () => {
    cluster = await startCluster({ replicas: 1, nodeTimeoutMs: NODE_TIMEOUT_MS });
    monitor = await monitorAll(cluster.nodes);
  });
  afterEach(async () => {
    monitor.close();
    await cluster.remove();
  });

  for (const [letter, name] of [
    ['a', 'SIGKILL'],
    ['b', 'SIGSTOP'],
  ] as const)
    it(`recovers through the promoted replica after ${name} of a master (32${letter})`, async () => {
      const [master] = cluster.nodes as [RedisNode, ...RedisNode[]];
      const report = await expectThrough({
        case: `32${letter}`,
        name: `Cluster (node time-out ${NODE_TIMEOUT_MS} ms): ${name} of a master`,
        env: cluster.env,
        fault: name === 'SIGKILL' ? master.stop : master.pause,
        detectedBy: MASTER_LOST,
        detectedWithinMs: 2000,
        recoveredWithinMs: BACK_WITHIN_MS,
      });
      expectNoResend(report, monitor.keysOf('SET'));
    });
});
