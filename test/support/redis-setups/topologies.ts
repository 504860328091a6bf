import { startClusterOfOne } from '../cluster-of-one.ts';
import { freePort } from '../free-port.ts';
import { startNode } from '../redis-node.ts';
import { type SentinelProcess, startSentinel } from '../sentinel-process.ts';
import { until } from '../until.ts';
import { type Env, PASSWORD, type Removable, type Setup, server, urlOf } from './setup.ts';

const CLUSTER = { REDIS_CLUSTER: 'true' };

/** Sentinels of one Redis, whose environment `envs` makes: first the one to try, then the one of the remedy. */
const sentinel = (
  name: string,
  errorCode: string | undefined,
  envs: (sentinel: SentinelProcess) => readonly [Env, Env?],
  prepare: (sentinel: SentinelProcess, redisPort: number) => Promise<unknown> = async () => {},
): Setup =>
  server(name, errorCode, async (node, remove) => {
    const one = await startSentinel([`sentinel monitor main 127.0.0.1 ${node.port} 1`]);
    remove(one);
    await until('a Sentinel that answers', () => one.cli('PING').catch(() => undefined));
    await prepare(one, node.port);
    const [env, healed] = envs(one);
    return { env, ...(healed !== undefined && { follow: async () => healed }) };
  });

const main = (one: { readonly port: number }, more: Env = {}): Env => ({
  REDIS_URL: urlOf(one),
  REDIS_SENTINEL_MASTER: 'main',
  ...more,
});

const protect = (one: SentinelProcess) => one.cli('ACL', 'SETUSER', 'default', 'resetpass', `>${PASSWORD}`);
const LOOK_UP = ['&+switch-master', '+subscribe', '+sentinel|get-master-addr-by-name', '+sentinel|sentinels'];

const addPowerless = async (one: SentinelProcess) => {
  await one.cli('ACL', 'SETUSER', 'powerless', 'on', `>${PASSWORD}`, '+ping');
  await one.cli('ACL', 'SETUSER', 'lookup', 'on', `>${PASSWORD}`, ...LOOK_UP);
  await protect(one);
};
const RIGHT = { REDIS_SENTINEL_PASSWORD: PASSWORD };

/** Two nodes, each with half of the slots. */
const startHalves = async (remove: (one: Removable) => void) => {
  const [low, high] = await Promise.all([
    startClusterOfOne(undefined, { slots: [0, 8191] }),
    startClusterOfOne(undefined, { slots: [8192, 16_383] }),
  ]);
  remove(low);
  remove(high);
  await low.cli('CLUSTER', 'MEET', '127.0.0.1', String(high.port));
  for (const node of [low, high])
    await until('all slots known', async () => (await node.cli('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  return low;
};

export const topologySetups: readonly Setup[] = [
  {
    name: 'a cluster',
    begin: async (remove) => ({ env: { REDIS_URL: urlOf(await startHalves(remove)), ...CLUSTER } }),
  },
  {
    name: 'a node of a cluster, used as a single server',
    errorCode: 'MOVED',
    begin: async (remove) => {
      const env = { REDIS_URL: urlOf(await startHalves(remove)) };
      return { env, follow: async () => ({ ...env, ...CLUSTER }) };
    },
  },
  server('`REDIS_CLUSTER` with a single server', 'NO_CLUSTER', (node) => ({
    env: { REDIS_URL: urlOf(node), ...CLUSTER },
    follow: async () => ({ REDIS_URL: urlOf(node) }),
  })),
  {
    name: 'a cluster that lacks slots',
    errorCode: 'CLUSTERDOWN',
    begin: async (remove) => {
      const node = await startClusterOfOne(undefined, { slots: [0, 8191] });
      remove(node);
      const env = { REDIS_URL: urlOf(node), ...CLUSTER };
      const follow = async () => {
        await node.cli('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
        return env;
      };
      return { env, follow };
    },
  },
  sentinel('Sentinels', undefined, (one) => [main(one)]),
  sentinel('Sentinels with a password', undefined, (one) => [main(one, RIGHT)], protect),
  sentinel('a master that the Sentinels do not know', 'NO_MASTER', (one) => [
    main(one, { REDIS_SENTINEL_MASTER: 'other' }),
    main(one),
  ]),
  {
    name: 'no Sentinel is reachable',
    errorCode: 'NO_MASTER',
    cannotFollow: true,
    begin: async () => ({ env: main({ port: await freePort() }) }),
  },
  sentinel(
    'the password of the Sentinels is missing',
    'SENTINEL_NOAUTH',
    (one) => [main(one), main(one, RIGHT)],
    protect,
  ),
  sentinel(
    'a wrong password of the Sentinels',
    'SENTINEL_WRONGPASS',
    (one) => [main(one, { REDIS_SENTINEL_PASSWORD: 'wrong-horse-9' }), main(one, RIGHT)],
    protect,
  ),
  sentinel(
    'a user of the Sentinels without rights',
    'SENTINEL_NOPERM',
    (one) => [
      main(one, { ...RIGHT, REDIS_SENTINEL_USERNAME: 'powerless' }),
      main(one, { ...RIGHT, REDIS_SENTINEL_USERNAME: 'lookup' }),
    ],
    addPowerless,
  ),
  sentinel('a Sentinel, used as a single server', 'IS_SENTINEL', (one) => [{ REDIS_URL: urlOf(one) }, main(one)]),
  server('`REDIS_SENTINEL_MASTER` with a single server', 'NO_SENTINEL', (node) => ({
    env: main(node),
    follow: async () => ({ REDIS_URL: urlOf(node) }),
  })),
  {
    name: 'Sentinels of a Redis whose password is missing',
    errorCode: 'NOAUTH',
    begin: async (remove) => {
      const node = await startNode();
      const one = await startSentinel([`sentinel monitor main 127.0.0.1 ${node.port} 1`]);
      remove(node);
      remove(one);
      await node.cli('CONFIG', 'SET', 'requirepass', PASSWORD);
      const follow = async () => main(one, { REDIS_URL: urlOf(one, `:${PASSWORD}@`) });
      return { env: main(one), follow };
    },
  },
];
