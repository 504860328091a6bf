import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { TICKET_PATH } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import type { Keys } from './keys.ts';
import { startTicketd } from './ticketd.ts';

export const SERVERS = ['ticketd', 'express', 'fastify', 'fastify-cached', 'node-http'] as const;
export type ServerName = (typeof SERVERS)[number];

/** A server under measurement, as a process of its own. */
export interface BenchServer {
  readonly name: ServerName;
  readonly pid: number;
  readonly issueUrl: string;
  readonly redeemUrl: string;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PEERS = `${ROOT}node_modules/.cache/bench`;

/** The same source twice: with and without the cache of verified JWTs that its plug-in has. */
const sourceOf = (name: ServerName): string => name.replace('-cached', '');

/** Bundles our own source of each peer, as ticketd is bundled, and leaves the libraries where they are installed. */
export const buildPeers = async (): Promise<void> => {
  const sources = new Set(SERVERS.filter((name) => name !== 'ticketd').map(sourceOf));
  const entryPoints = [...sources].map((name) => `${ROOT}test/bench/peers/${name}.ts`);
  const out = { outdir: PEERS, outExtension: { '.js': '.mjs' } };
  await build({ entryPoints, ...out, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
};

export const startServer = async (name: ServerName, redisUrl: string, keys: Keys): Promise<BenchServer> => {
  if (name !== 'ticketd') return startPeer(name, redisUrl, keys);
  const { stop, ...started } = await startTicketd(keys, { REDIS_URL: redisUrl });
  return { name, ...started, stop: async () => void (await stop()) };
};

const startPeer = async (name: ServerName, redisUrl: string, keys: Keys): Promise<BenchServer> => {
  const port = await freePort();
  const { args, env } = peer(name, port, redisUrl, keys);
  // Its log goes where a container's would: down a pipe, to somebody who reads it.
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  });
  child.stdout.resume();
  await untilListening(child, port);
  return {
    name,
    pid: child.pid ?? 0,
    issueUrl: `http://127.0.0.1:${port}${TICKET_PATH}`,
    redeemUrl: `http://127.0.0.1:${port}${TICKET_PATH}/redeem`,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
    },
  };
};

const peer = (name: ServerName, port: number, redisUrl: string, { algorithm, verifyKey, gatewayKey }: Keys) => ({
  args: [`${PEERS}/${sourceOf(name)}.mjs`],
  env: {
    PORT: String(port),
    REDIS_URL: redisUrl,
    JWT_KEY: verifyKey,
    JWT_ALGORITHM: algorithm,
    GATEWAY_KEY: gatewayKey,
    JWT_CACHE: String(name === 'fastify-cached'),
  },
});

const untilListening = (child: ChildProcess, port: number): Promise<unknown> =>
  until(`a server on port ${port}`, async () => {
    if (child.exitCode !== null) throw new Error(`the server ended with exit code ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}${TICKET_PATH}`, { method: 'POST' }).catch(() => undefined);
    return answer !== undefined;
  });
