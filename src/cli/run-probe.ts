import { askProbe } from './ask-probe.ts';
import { exitCodeOf, OK } from './exit-codes.ts';

export interface ProbeOptions {
  /** The service, or with a path the very URL to ask; by default the one at `HOST` and `PORT`. */
  readonly url?: string;
  /** How long to wait for the answer, in milliseconds. */
  readonly timeout?: number;
  /** Prints nothing. */
  readonly quiet?: boolean;
}

export const PROBE_TIMEOUT_MS = 2000;

/** Asks a running service and prints its answer; resolves with the exit code, or throws `PROBE_FAILED` unless it is to be quiet. */
export const runProbe = async (
  what: string,
  { url, timeout = PROBE_TIMEOUT_MS, quiet = false }: ProbeOptions = {},
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
