import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { run } from './run.ts';
import { runPromptly } from './run-promptly.ts';

export interface SentinelProcess {
  readonly port: number;
  cli(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A Sentinel on 127.0.0.1, which keeps what it learns in a file of its own. */
export const startSentinel = async (settings: readonly string[]): Promise<SentinelProcess> => {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  await writeFile(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, ...settings, ''].join('\n'));
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  await once(child, 'spawn');
  runPromptly(child);
  const gone = once(child, 'exit');
  const atExit = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  // What a crashed run of the tests leaves to the process.
  process.once('exit', atExit);
  return {
    port,
    cli: (...args) => run('redis-cli', ['-p', String(port), ...args]),
    remove: async () => {
      child.kill('SIGKILL');
      await gone;
      process.off('exit', atExit);
      await rm(directory, { recursive: true, force: true });
    },
  };
};
