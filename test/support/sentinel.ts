import { type RedisNode, startNode } from './redis-node.ts';
import { type SentinelProcess, startSentinel } from './sentinel-process.ts';
import { until } from './until.ts';

export const MASTER_NAME = 'tickets';
export const DOWN_AFTER_MS = 2000;

/** One master, one replica, and three Sentinels of which two must agree. */
export interface SentinelSetup {
  /** What ticketd is to be told. */
  readonly env: { readonly REDIS_URL: string; readonly REDIS_SENTINEL_MASTER: string };
  readonly sentinels: readonly SentinelProcess[];
  /** The node that the Sentinels call the master now, and the other one. */
  master(): Promise<RedisNode>;
  replica(): Promise<RedisNode>;
  /** Resolves once all Sentinels know one another, and the replica follows the master. */
  untilHealthy(): Promise<void>;
  /** Has the Sentinels change the roles of the two nodes in good order; resolves once they name the new master. */
  failover(): Promise<void>;
  remove(): Promise<void>;
}

export interface SentinelOptions {
  /** `min-replicas-to-write` on both nodes, with `min-replicas-max-lag 2`; off unless given. */
  readonly minReplicas?: number;
}

const IN_SYNC = 'master_link_status:up';
const FAILOVER_TIMEOUT_MS = 40_000;
// When the Sentinels, on a busy machine, did not agree the first time.
const RETRY_FAILOVER_MS = 10_000;

export const startSentinelSetup = async ({ minReplicas = 0 }: SentinelOptions = {}): Promise<SentinelSetup> => {
  const args = [
    ...['--min-replicas-to-write', String(minReplicas), '--min-replicas-max-lag', '2'],
    // Else a replica is fed only after a pause, meant for many of them.
    ...['--repl-diskless-sync-delay', '0'],
  ];
  const first = await startNode({ args });
  const second = await startNode({ args: [...args, '--replicaof', '127.0.0.1', String(first.port)] });
  const nodes = [first, second];
  await until('the replica in sync', async () => (await second.cli('INFO', 'replication')).includes(IN_SYNC));
  const settings = [
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${first.port} 2`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} ${RETRY_FAILOVER_MS / 2}`,
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(settings)));
  const [teller] = sentinels as [SentinelProcess, ...SentinelProcess[]];

  const masterPort = async () =>
    Number((await teller.cli('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)).split('\n')[1]);
  const nodeWhere = async (fits: (node: RedisNode, masterPort: number) => boolean): Promise<RedisNode> => {
    const port = await masterPort();
    const found = nodes.find((node) => fits(node, port));
    if (found === undefined) throw new Error(`the Sentinels name a master on port ${port}, which is none of ours`);
    return found;
  };
  const replica = () => nodeWhere((node, port) => node.port !== port);

  const isKnownTo = async (sentinel: SentinelProcess): Promise<boolean> => {
    const told = (await sentinel.cli('SENTINEL', 'MASTER', MASTER_NAME).catch(() => '')).split('\n');
    const fieldOf = (name: string) => told[told.indexOf(name) + 1];
    return (
      fieldOf('num-other-sentinels') === '2' &&
      Number(fieldOf('num-slaves')) >= 1 &&
      fieldOf('flags') === 'master' &&
      fieldOf('port') === String(await masterPort())
    );
  };

  const setup: SentinelSetup = {
    env: {
      REDIS_URL: sentinels.map(({ port }, index) => `${index === 0 ? 'redis://' : ''}127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_MASTER: MASTER_NAME,
    },
    sentinels,
    master: () => nodeWhere((node, port) => node.port === port),
    replica,
    untilHealthy: async () => {
      await until('Sentinels that know one another', async () =>
        (await Promise.all(sentinels.map(isKnownTo))).every(Boolean),
      );
      await until(
        'the replica in sync',
        async () => (await (await replica()).cli('INFO', 'replication').catch(() => '')).includes(IN_SYNC),
        FAILOVER_TIMEOUT_MS,
      );
    },
    failover: async () => {
      const before = await masterPort();
      await until('a failover begun', () => begins(teller));
      await until('another master named', async () => (await masterPort()) !== before, FAILOVER_TIMEOUT_MS);
    },
    remove: async () => {
      await Promise.all([...sentinels, ...nodes].map((one) => one.remove()));
    },
  };
  await until('a Sentinel that answers', () => teller.cli('PING').catch(() => undefined));
  await setup.untilHealthy();
  return setup;
};

// Refused while the replica is not known to be good yet.
const begins = (sentinel: SentinelProcess): Promise<boolean> =>
  sentinel.cli('SENTINEL', 'FAILOVER', MASTER_NAME).then(
    (answer) => answer === 'OK',
    () => false,
  );
