import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../free-port.ts';
import { isOpen } from '../tcp-server.ts';
import { until } from '../until.ts';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** An example as a process of its own. */
export interface Program {
  readonly port: number;
  /** All that it has written so far. */
  readonly output: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
// No hook runs where mocha itself crashes.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// NestJS loads its decorators through tsx, on a busy machine for half a minute.
const START_TIMEOUT_MS = 60_000;

/** Starts an example, by default on a free port, and resolves once it listens; `launchOn` says how it is started there. */
export const startProgram = async (
  launchOn: (port: number) => Launch,
  env: Readonly<Record<string, string>>,
  at?: number,
): Promise<Program> => {
  const port = at ?? (await freePort());
  const { command, args, cwd } = launchOn(port);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, [...args], {
    cwd,
    env: { PATH, HOME, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const gone = once(child, 'close').then(() => running.delete(child));
  await until(
    `${command} ${args.join(' ')} listens`,
    async () => {
      if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended: ${output}`);
      return isOpen(port);
    },
    START_TIMEOUT_MS,
  );
  return {
    port,
    get output() {
      return output;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
