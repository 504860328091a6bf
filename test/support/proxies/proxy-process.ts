import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { isOpen } from '../tcp-server.ts';
import { until } from '../until.ts';
import { SHIPPED } from './shipped.ts';

/** Where a proxy is to find the two that it stands between. */
export interface Neighbours {
  readonly ticketdPort: number;
  readonly upstreamPort: number;
}

/** A real proxy, run with its shipped configuration. */
export interface RunningProxy {
  readonly url: string;
  /** All that it has logged so far, be it to files or to its output. */
  logged(): Promise<string>;
  /** Ends it and resolves with all that it has logged. */
  stop(): Promise<string>;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Prepares what to run, given the port to listen on and a directory for all that is written. */
export type Prepare = (port: number, directory: string, neighbours: Neighbours) => Promise<Launch>;

const running = new Set<ChildProcess>();
// No hook runs where mocha itself crashes.
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

export const runProxy = async (prepare: Prepare, neighbours: Neighbours): Promise<RunningProxy> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-proxy-'));
  const port = await freePort();
  const { command, args, env = {} } = await prepare(port, directory, neighbours);
  const child = spawn(command, [...args], {
    cwd: SHIPPED,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const gone = once(child, 'close').then(() => running.delete(child));
  await until(`${command} listens`, async () => {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${output}`);
    return isOpen(port);
  });
  const logged = async () => output + (await contentOf(directory));
  return {
    url: `ws://127.0.0.1:${port}`,
    logged,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
      const log = await logged();
      await rm(directory, { recursive: true, force: true });
      return log;
    },
  };
};

const contentOf = async (directory: string): Promise<string> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.join('');
};
