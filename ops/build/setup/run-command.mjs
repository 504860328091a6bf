import { spawn } from 'node:child_process';

/**
 * Runs a command with this process's input and output, and resolves with its exit code (1 if a signal ended it).
 * Rejects if the command cannot start.
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Like `runCommand`, but also rejects on a non-zero exit code. */
export async function mustRun(command, args, options) {
  const code = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`"${[command, ...args].join(' ')}" failed with exit code ${code}`);
}

/** Whether the command runs and exits with 0; discards its output. */
export async function succeeds(command, args) {
  try {
    return (await runCommand(command, args, { stdio: 'ignore' })) === 0;
  } catch {
    return false;
  }
}
