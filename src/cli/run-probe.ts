import { askProbe } from './ask-probe.ts';
import { exitCodeOf, OK } from './exit-codes.ts';

export interface ProbeOptions {
  /** The base URL of the service, or with a path the URL to request; by default the service at `HOST` and `PORT`. */
  readonly url?: string;
  /** How long to wait for the answer, in milliseconds. */
  readonly timeout?: number;
  /** Prints nothing. */
  readonly quiet?: boolean;
}

const TIMEOUT_MS = 2000;

/** Asks a running service and prints the result; resolves with the exit code. With `quiet` it prints and throws nothing. */
export const runProbe = async (
  what: string,
  { url, timeout = TIMEOUT_MS, quiet = false }: ProbeOptions = {},
): Promise<number> => {
  try {
    const { HOST, PORT } = process.env;
    const answer = await askProbe({ what, url, host: HOST || undefined, port: PORT || '3000', timeoutMs: timeout });
    if (!quiet) process.stdout.write(`${answer}\n`);
    return OK;
  } catch (error) {
    if (!quiet) throw error;
    return exitCodeOf(error);
  }
};
