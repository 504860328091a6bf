import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisServer } from './redis-server.ts';
import { runPromptly } from './run-promptly.ts';

/** What a redis-server is started with; `env` beside the environment of the tests. */
interface Start {
  readonly directory: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A private redis-server on 127.0.0.1 with a directory of its own; nothing it holds outlives it. */
export async function startProcess(
  port: number,
  args: readonly string[],
  env: Start['env'] = {},
): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-redis-'));
  let child = await spawnServer({ directory, port, args, env });
  return { stop, start, pause, resume, remove };

  async function start(): Promise<void> {
    await stop();
    child = await spawnServer({ directory, port, args, env });
  }

  async function stop(): Promise<void> {
    if (hasExited(child)) return;
    const exit = once(child, 'exit');
    // Ends a paused server, too; with nothing to save there is nothing to lose.
    child.kill('SIGKILL');
    await exit;
  }

  async function pause(): Promise<void> {
    child.kill('SIGSTOP');
  }

  async function resume(): Promise<void> {
    child.kill('SIGCONT');
  }

  async function remove(): Promise<void> {
    await stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function spawnServer({ directory, port, args, env }: Start): Promise<ChildProcess> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...own, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  runPromptly(child);
  reportEarlyExit(child);
  endWithThisProcess(child, directory);
  return child;
}

/** A server that ends by itself (a wrong argument, a port taken) has said why in its log. */
function reportEarlyExit(child: ChildProcess): void {
  let log = '';
  // Both are piped: a server that outlives a crashed test process must not hold the caller's own output open.
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-2_000);
    });
  }
  child.once('exit', (code) => {
    if (code) process.stderr.write(`redis-server ended with exit code ${code}:\n${log}`);
  });
}

// The root hook does not run where mocha itself crashes.
const running = new Map<ChildProcess, string>();
process.once('exit', () => {
  for (const [child, directory] of running) {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

function endWithThisProcess(child: ChildProcess, directory: string): void {
  running.set(child, directory);
  child.once('exit', () => running.delete(child));
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
