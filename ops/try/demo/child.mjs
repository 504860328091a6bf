import { spawn } from 'node:child_process';
import { once } from 'node:events';

const STOP_TIMEOUT_MS = 10_000;

/** Starts a program that a Ctrl-C at the terminal does not reach, so that the demo can stop its parts in order. */
export async function startChild(command, args, options) {
  const child = spawn(command, args, { detached: true, ...options });
  await once(child, 'spawn');
  // If the demo itself crashes, no program stays running.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** Sends the signal, then SIGKILL if the program does not exit in time. Resolves when its output is read, too. */
export async function stopChild(child, signal = 'SIGTERM') {
  if (hasExited(child)) return;
  const closed = once(child, 'close');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}

export function hasExited(child) {
  return child.exitCode !== null || child.signalCode !== null;
}
