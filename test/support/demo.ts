import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTED = 'Ctrl-C ends the demo.';
const READY_TIMEOUT_MS = 60_000;

/** The demo as a process of its own, on what is built already. */
export interface Demo {
  readonly pageUrl: string;
  /** All that it has printed so far. */
  readonly output: string;
  /** As Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export interface DemoOptions {
  /** Added to its environment. By default it starts a Redis itself. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The demo chooses free ports: another process may take one before ticketd listens. */
export const startDemo = async (options: DemoOptions = {}, attempts = 3): Promise<Demo> => {
  try {
    return await startOnce(options);
  } catch (error) {
    if (attempts === 1 || !String(error).includes('EADDRINUSE')) throw error;
    return startDemo(options, attempts - 1);
  }
};

const startOnce = async ({ env = {} }: DemoOptions): Promise<Demo> => {
  // Nothing listens there, so that it looks further.
  const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
  const child = spawn(process.execPath, ['ops/try/demo/demo.mjs', '--built', '--any-ports'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, REDIS_URL, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  await until(
    'the demo is up',
    () => {
      if (child.exitCode !== null) throw new Error(`the demo ended: ${output}`);
      return output.includes(STARTED);
    },
    READY_TIMEOUT_MS,
  );
  return {
    pageUrl: /^ {2}(http:\S+)$/m.exec(output)?.[1] ?? '',
    get output() {
      return output;
    },
    stop: () => {
      child.kill('SIGINT');
      return exit;
    },
  };
};
