import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  /** How long to send, in seconds; or how many requests in all. */
  readonly seconds?: number;
  readonly amount?: number;
  /** A JSON file of `{ headers, body? }`, sent in turn. */
  readonly requestsFile: string;
  readonly keepBodies?: boolean;
}

export interface LoadResult {
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that broke and requests that got no answer. */
  readonly failed: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** The bodies of the answers with 200, where they were asked for. */
  readonly bodies?: readonly string[];
}

const LOAD = fileURLToPath(new URL('./load.mjs', import.meta.url));

/** Sends requests from another process, so that what it costs is not counted as the server's. */
export const sendLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const child = spawn(process.execPath, [LOAD], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  child.stdin.end(JSON.stringify(options));
  const answer = await text(child.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Error(`the load generator ended with exit code ${code}`);
  return JSON.parse(answer);
};
