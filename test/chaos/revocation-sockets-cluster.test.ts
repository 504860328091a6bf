import { expect } from 'chai';
import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { until } from '../support/until.ts';
import { type RevocationRig, startRevocationRig } from './support/revocation-rig.ts';
import { createSocketSessions, type SocketSessions } from './support/revoked-sockets.ts';

// Each has a socket at both gateways.
const SESSIONS_EACH = 24;
const STREAM = 'ticketd:s1:revocations';

describe('revocations that close the sockets of two gateways when a Redis Cluster loses the master of the stream', function () {
  this.timeout(120_000);
  let cluster: ClusterSetup;
  let rig: RevocationRig;
  let sessions: SocketSessions;

  before(async () => {
    cluster = await startCluster({ replicas: 1 });
    const { REDIS_URL: url } = cluster.env;
    rig = await startRevocationRig({ env: cluster.env, redis: { url, cluster: true } });
    sessions = createSocketSessions(rig);
  });
  after(async () => {
    sessions.end();
    await rig.stop();
    await cluster.remove();
  });

  const masterOfStream = async (): Promise<RedisNode> => {
    for (const node of await cluster.masters())
      if ((await node.cli('EXISTS', STREAM).catch(() => '')) === '1') return node;
    throw new Error('no master has the stream');
  };
  const numberIn = (info: string, field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  const replicationOf = (node: RedisNode) => node.cli('INFO', 'replication');

  /** Resolves once the replica of a master has all that the master has confirmed. */
  const replicated = async (master: RedisNode) => {
    const written = numberIn(await replicationOf(master), 'master_repl_offset');
    await until('the replica has every write', async () => {
      const infos = await Promise.all(cluster.nodes.map(replicationOf));
      return infos.some(
        (info) => numberIn(info, 'master_port') === master.port && numberIn(info, 'slave_repl_offset') >= written,
      );
    });
  };

  it('closes those of all sessions that were revoked before, during and after it, and no others', async () => {
    const first = await sessions.open(SESSIONS_EACH);
    const second = await sessions.open(SESSIONS_EACH);
    const third = await sessions.open(SESSIONS_EACH);
    await sessions.open(SESSIONS_EACH);
    await sessions.revoke(first);
    const master = await masterOfStream();
    await replicated(master);
    await master.pause();
    await sessions.revoke(second);
    await sessions.revokeSurely(third);
    await sessions.expectOutcome();
    expect(rig.gateways.flatMap((gateway) => gateway.eventsOf('revocations_reset'))).to.deep.equal([]);
  });
});
