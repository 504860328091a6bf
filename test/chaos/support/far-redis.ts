import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startRedis } from '../../support/redis.ts';
import { runPromptly } from '../../support/run-promptly.ts';
import { until } from '../../support/until.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** A Redis behind a network that loses packets. */
export interface FarRedis {
  readonly url: string;
  /** How the network is disturbed, for the table. */
  readonly by: string;
  /** Drops all packets of one direction, or of both. */
  drop(direction: 'replies' | 'both'): void;
  /** Drops one packet in twenty, in both directions. */
  loseOneInTwenty(): void;
  heal(): void;
  remove(): Promise<void>;
}

// TCP sends a lost packet again after no less than this on Linux.
const RETRANSMISSION_MS = 200;

/** In a network namespace with packet filters if possible (Linux, root), else behind a proxy. */
export const startFarRedis = async (): Promise<FarRedis> => {
  const network = createNetwork();
  return network === undefined ? startBehindProxy() : startIn(network);
};

interface Network {
  readonly name: string;
  readonly host: string;
  remove(): void;
}

const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

// 198.18.0.0/15 is meant for tests of networks (RFC 2544); each network takes four addresses of it.
const NETWORKS = 2 ** 15;
const ATTEMPTS = 5;

/** A namespace and a cable to it; all rules and interfaces go with it. */
const createNetwork = (): Network | undefined => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const number = Math.floor(Math.random() * NETWORKS);
    const network = addNamespace(`chaos${number}`);
    if (network !== undefined) return connectTo(network, number);
  }
  return undefined;
};

/** Fails if namespaces are not allowed, or if another process has one of that name and its addresses. */
const addNamespace = (name: string): Pick<Network, 'name' | 'remove'> | undefined => {
  const remove = () => {
    process.off('exit', remove);
    run('ip', 'netns', 'delete', name);
  };
  try {
    run('ip', 'netns', 'add', name);
  } catch {
    return undefined;
  }
  process.once('exit', remove);
  return { name, remove };
};

const connectTo = ({ name, remove }: Pick<Network, 'name' | 'remove'>, number: number): Network | undefined => {
  const [here = '', there = ''] = [1, 2].map((last) => addressAt(number * 4 + last));
  try {
    run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    run('ip', 'address', 'add', `${here}/30`, 'dev', name);
    run('ip', 'link', 'set', name, 'up');
    run('ip', '-n', name, 'address', 'add', `${there}/30`, 'dev', 'eth0');
    run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    run('ip', 'netns', 'exec', name, 'iptables', '-A', 'INPUT', '-m', 'statistic', ...EVERY_20TH, '-j', 'ACCEPT');
    run('ip', 'netns', 'exec', name, 'iptables', '-F');
    return { name, host: there, remove };
  } catch {
    remove();
    return undefined;
  }
};

const addressAt = (offset: number): string => `198.${18 + (offset >> 16)}.${(offset >> 8) % 256}.${offset % 256}`;

const EVERY_20TH = ['--mode', 'nth', '--every', '20', '--packet', '0'] as const;

const startIn = async ({ name, host, remove }: Network): Promise<FarRedis> => {
  const port = 6379;
  const iptables = (...args: string[]) => run('ip', 'netns', 'exec', name, 'iptables', ...args);
  const server = spawn(
    'ip',
    [
      'netns',
      'exec',
      name,
      'redis-server',
      '--port',
      `${port}`,
      '--bind',
      host,
      '--save',
      '',
      '--protected-mode',
      'no',
    ],
    { stdio: 'ignore' },
  );
  runPromptly(server);
  const kill = () => void server.kill('SIGKILL');
  process.once('exit', kill);
  await until('Redis in the namespace listens', () => isListening(host, port));
  return {
    url: `redis://${host}:${port}`,
    by: 'packet filter',
    drop: (direction) => {
      iptables('-A', 'OUTPUT', '-j', 'DROP');
      if (direction === 'both') iptables('-A', 'INPUT', '-j', 'DROP');
    },
    loseOneInTwenty: () => {
      for (const chain of ['INPUT', 'OUTPUT']) iptables('-A', chain, '-m', 'statistic', ...EVERY_20TH, '-j', 'DROP');
    },
    heal: () => iptables('-F'),
    remove: async () => {
      process.off('exit', kill);
      await end(server);
      remove();
    },
  };
};

const end = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
};

const startBehindProxy = async (): Promise<FarRedis> => {
  const proxy = await startFaultProxy(await startRedis());
  return {
    url: proxy.url,
    by: 'proxy',
    drop: proxy.hold,
    loseOneInTwenty: () => proxy.delay(() => (Math.random() < 0.05 ? RETRANSMISSION_MS : 0)),
    heal: () => {
      proxy.delay(undefined);
      proxy.release();
    },
    remove: proxy.close,
  };
};

const isListening = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
