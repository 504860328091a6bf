import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of the benchmark, as a process of its own. */
export interface Child {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a file of this folder; resolves with the port that it prints first. */
export const startChild = async (file: string, env: Readonly<Record<string, string>>): Promise<Child> => {
  const loader = createRequire(import.meta.url).resolve('tsx');
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  });
  // A benchmark that fails leaves nothing running.
  const endWithBench = () => child.kill('SIGKILL');
  process.once('exit', endWithBench);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    port: Number(line),
    pid: child.pid ?? 0,
    stop: async () => {
      process.off('exit', endWithBench);
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
};
