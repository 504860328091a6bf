import type { Scale } from '../../../ops/build/capacity/results.ts';
import { startCluster } from '../../support/cluster.ts';
import { startTicketd } from '../support/ticketd.ts';
import { costOfAll, medianCosts } from './cost.ts';
import { CONNECTIONS, type LoadKit, SECONDS } from './load-kit.ts';

/** One process on a Redis Cluster of three masters. */
export const measureCluster = async (kit: LoadKit): Promise<Omit<Scale['cluster'], 'loadAverage'>> => {
  const cluster = await startCluster({ replicas: 0 });
  const ticketd = await startTicketd(kit.keys, cluster.env);
  const bench = { ticketds: [ticketd], redises: cluster.nodes };
  const load = kit.issue(ticketd, { connections: CONNECTIONS, seconds: SECONDS });
  const takes = [() => costOfAll(200, bench, [load]), () => kit.redeem(bench)];
  const [issue, redeem] = await medianCosts(takes, (take) => take());
  const held = await Promise.all(cluster.nodes.map(async (node) => Number(await node.cli('DBSIZE'))));
  await ticketd.stop();
  await cluster.remove();
  if (!issue || !redeem) throw new Error('nothing was measured');
  const all = held.reduce((sum, keys) => sum + keys, 0);
  return { issue, redeem, leastShare: Math.min(...held) / all, mostShare: Math.max(...held) / all };
};
