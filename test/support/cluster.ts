import { freePort } from './free-port.ts';
import { type RedisNode, startNode } from './redis-node.ts';
import { run } from './run.ts';
import { until } from './until.ts';

export interface ClusterSetup {
  /** What ticketd is to be told. */
  readonly env: { readonly REDIS_URL: string; readonly REDIS_CLUSTER: 'true' };
  /** The masters first. */
  readonly nodes: readonly RedisNode[];
  /** The nodes that are masters with slots now, asked of a node that answers. */
  masters(): Promise<readonly RedisNode[]>;
  /** Resolves once every node that runs sees all slots served. */
  untilHealthy(): Promise<void>;
  remove(): Promise<void>;
}

export interface ClusterOptions {
  /** How many replicas each of the three masters has. */
  readonly replicas?: 0 | 1;
  readonly nodeTimeoutMs?: number;
}

const MASTERS = 3;
// The bus port of a node lies so far above its own: both are outside the ports of other tests and of outgoing connections.
const NODE_PORTS = { from: 20_000, to: 22_768, alsoAbove: 10_000 };

export const startCluster = async (options: ClusterOptions = {}): Promise<ClusterSetup> => {
  const { replicas = 1, nodeTimeoutMs = 2000 } = options;
  const count = MASTERS * (1 + replicas);
  const nodes: RedisNode[] = [];
  for (let number = 0; number < count; number += 1) nodes.push(await startClusterNode(nodeTimeoutMs));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', [
    ...['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes'],
  ]);

  const ask = async (...command: string[]): Promise<string> => {
    const answers = await Promise.all(nodes.map((node) => node.cli(...command).catch(() => undefined)));
    return answers.find((answer) => answer !== undefined) ?? '';
  };
  const seesAll = async (node: RedisNode): Promise<boolean> => {
    const told = await node.cli('CLUSTER', 'INFO').catch(() => 'not running');
    return told === 'not running' || told.includes('cluster_state:ok');
  };
  const setup: ClusterSetup = {
    env: { REDIS_URL: `redis://${addresses.slice(0, MASTERS).join(',')}`, REDIS_CLUSTER: 'true' },
    nodes,
    masters: async () => {
      const lines = (await ask('CLUSTER', 'NODES')).split('\n');
      const ports = lines.filter((line) => /\bmaster\b/.test(line) && /\d+-\d+$/.test(line)).map(portIn);
      return nodes.filter(({ port }) => ports.includes(port));
    },
    untilHealthy: async () => {
      await until('all slots served', async () => (await Promise.all(nodes.map(seesAll))).every(Boolean));
      await until('replicas in sync', async () => (await ask('INFO', 'replication')).includes('role:'));
    },
    remove: async () => {
      await Promise.all(nodes.map((node) => node.remove()));
    },
  };
  await setup.untilHealthy();
  return setup;
};

const startClusterNode = async (nodeTimeoutMs: number): Promise<RedisNode> => {
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--repl-diskless-sync-delay', '0'],
  ];
  return startNode({ args, port: await freePort(NODE_PORTS) });
};

const portIn = (line: string): number => Number(/:(\d+)@/.exec(line)?.[1]);
