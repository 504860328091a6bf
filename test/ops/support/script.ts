import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Finished {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 120_000;

/** Runs a script of ops/deploy/scripts to its end, with no environment but PATH and what is given. */
export const runScript = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> =>
  new Promise((resolve) => {
    const script = fileURLToPath(new URL(`../../../ops/deploy/scripts/${name}`, import.meta.url));
    const options = { env: { PATH: process.env.PATH, ...env }, timeout: TIMEOUT_MS };
    execFile(script, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
