import { spawn } from 'node:child_process';
import { once } from 'node:events';

const STOP_TIMEOUT_MS = 10_000;

/** Starts a program that the demo ends itself, in the right order: a Ctrl-C at the terminal does not reach it. */
export async function startChild(command, args, options) {
  const child = spawn(command, args, { detached: true, ...options });
  await once(child, 'spawn');
  // Should the demo itself crash, nothing is left running.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** SIGTERM, then SIGKILL where that does not end it in time. */
export async function stopChild(child) {
  if (hasExited(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(timer);
}

export function hasExited(child) {
  return child.exitCode !== null || child.signalCode !== null;
}
