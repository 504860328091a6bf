import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 30_000;

/** Runs a command to its end and resolves with its standard output; rejects with what it said where it failed. */
export const run = async (command: string, args: readonly string[]): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(command, [...args], { timeout: TIMEOUT_MS });
    return stdout.trimEnd();
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args[0]} failed: ${stderr || stdout || error}`);
  }
};
