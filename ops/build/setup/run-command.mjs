import { spawn } from 'node:child_process';

/**
 * Runs a command on this process' own input and output and resolves with its exit code (1 where a signal ended it).
 * Rejects where the command cannot be started at all.
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Like `runCommand`, but a non-zero exit code is an error, too. */
export async function mustRun(command, args, options) {
  const code = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`"${[command, ...args].join(' ')}" ended with exit code ${code}`);
}

/** Whether the command runs and ends with 0; its output goes nowhere. */
export async function succeeds(command, args) {
  try {
    return (await runCommand(command, args, { stdio: 'ignore' })) === 0;
  } catch {
    return false;
  }
}
