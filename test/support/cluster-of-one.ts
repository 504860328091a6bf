import { freePort } from './free-port.ts';
import { type RedisNode, type RedisNodeOptions, startNode } from './redis-node.ts';
import { until } from './until.ts';

// The bus port lies so far above: both are outside the ports of other tests and of outgoing connections.
const NODE_PORTS = { from: 20_000, to: 22_768, alsoAbove: 10_000 };
// A node without fellows does not know its own address.
const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];

const ALL_SLOTS = [0, 16_383] as const;

interface ClusterOfOneOptions extends Omit<RedisNodeOptions, 'args' | 'port'> {
  /** The first and the last one that it serves; all by default. */
  readonly slots?: readonly [number, number];
}

/** The smallest cluster, which is there in a moment: one node with all slots. */
export const startClusterOfOne = async (
  argsAt: (port: number) => readonly string[] = () => [],
  { slots = ALL_SLOTS, ...options }: ClusterOfOneOptions = {},
): Promise<RedisNode> => {
  const port = await freePort(NODE_PORTS);
  const node = await startNode({ ...options, port, args: [...CLUSTER, ...argsAt(port)] });
  await node.cli('CLUSTER', 'ADDSLOTSRANGE', ...slots.map(String));
  if (slots === ALL_SLOTS)
    await until('all slots served', async () => (await node.cli('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  return node;
};
