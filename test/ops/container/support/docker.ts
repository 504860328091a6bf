import { execFile, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the docker command to its end, whether it succeeds or fails. */
export const tryDocker = (
  args: readonly string[],
  {
    env = {},
    timeoutMs = 60_000,
  }: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
): Promise<Said> =>
  new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
    execFile('docker', [...args], options, (error, stdout, stderr) => {
      // A signal or a missing command leaves no exit code.
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout: stdout.trim(), stderr: stderr.trim() || String(error ?? '') });
    });
  });

/** The same, but rejects on failure; resolves with the standard output. */
export const docker = async (...args: readonly string[]): Promise<string> => succeed(args, await tryDocker(args));

export const succeed = (args: readonly string[], { code, stdout, stderr }: Said): string => {
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}: ${stdout.slice(-4000)}\n${stderr}`);
  return stdout;
};

const kept = new Set<string>();
// Hooks do not run if mocha itself crashes.
process.once('exit', () => {
  if (kept.size > 0) spawnSync('docker', ['rm', '--force', '--volumes', ...kept]);
});

/** Removes the container at the end of this process, unless `removeContainer` has done so before. */
export const removeAtExit = (id: string): void => void kept.add(id);

export const removeContainer = async (id: string): Promise<void> => {
  await docker('rm', '--force', '--volumes', id);
  kept.delete(id);
};

export interface EventWatch {
  /** The container events so far, each as `ID ACTION`. */
  readonly events: readonly string[];
  stop(): void;
}

/** Watches from now on: the engine remembers the last 256 events of all containers only, health checks among them. */
export const watchEvents = (): EventWatch => {
  const child = spawn('docker', ['events', '--filter=type=container', '--format={{.Actor.ID}} {{.Action}}'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(line));
  return { events, stop: () => void child.kill() };
};
