import type { LookupFunction } from 'node:net';
import { HEALTH_PATHS, READY_PATHS } from '../protocol/paths.ts';
import { ProbeFailed } from './exit-codes.ts';

const PATHS: Readonly<Record<string, string>> = { live: HEALTH_PATHS[0], ready: READY_PATHS[0] };

export interface ProbeQuestion {
  readonly what: string;
  /** A base URL; one that has a path already is asked as it is. */
  readonly url: string | undefined;
  /** Where the public listener of this machine listens, asked unless there is a URL; by default on every address. */
  readonly host: string | undefined;
  readonly port: string;
  readonly timeoutMs: number;
}

/** Asks once; returns a one-line result, or throws `ProbeFailed` if the status is not 2xx or the time limit has passed. */
export const askProbe = async ({ what, url, host, port, timeoutMs }: ProbeQuestion): Promise<string> => {
  const target = targetOf(what, url ?? ownUrl(host ?? 'localhost', port));
  const everywhere = url === undefined && host === undefined;
  const status = await statusOf(target, { timeoutMs, ...(everywhere && { lookup: loopbacks }) });
  const answer = `${addressOf(target)} answered ${status}`;
  if (status < 200 || status > 299) throw new ProbeFailed(answer);
  return answer;
};

const targetOf = (what: string, base: string): URL => {
  const path = Object.hasOwn(PATHS, what) ? PATHS[what] : undefined;
  if (path === undefined) throw new ProbeFailed('expected "live" or "ready"');
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base))
    throw new ProbeFailed(`expected an http:// or https:// URL with a valid port`);
  const target = new URL(base);
  // Neither sent nor printed.
  target.username = '';
  target.password = '';
  if (target.pathname === '/') target.pathname = path;
  return target;
};

// A listener on every address of this machine cannot be asked at "every address".
const THIS_MACHINE: Readonly<Record<string, string>> = {
  '0.0.0.0': '127.0.0.1',
  '[::]': '[::1]',
  '[::ffff:0:0]': '127.0.0.1',
};

const ownUrl = (host: string, port: string): string => {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(url)) throw new ProbeFailed('cannot ask at HOST and PORT: correct them or use --url');
  const { hostname } = new URL(url);
  return `http://${THIS_MACHINE[hostname] ?? hostname}:${port}`;
};

// Without HOST the service listens on IPv4 and IPv6, as far as this machine has them: the first that connects is asked.
const loopbacks: LookupFunction = (_host, _options, found) =>
  found(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);

interface ProbeLimits {
  readonly timeoutMs: number;
  /** By default the system's. */
  readonly lookup?: LookupFunction;
}

const addressOf = ({ origin, pathname }: URL): string => origin + pathname;

// Never waits for the body: the status says it all.
const statusOf = async (target: URL, { timeoutMs, lookup }: ProbeLimits): Promise<number> => {
  // One of the two, and only now: each takes longer to load than all else that a probe needs.
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new ProbeFailed(`${addressOf(target)}: ${why}`));
    const question = request(target, { agent: false, ...(lookup && { lookup }) });
    const timer = setTimeout(() => question.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    question.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    question.on('error', (error) => fail(reasonOf(error)));
    // The last event, and the only one if the server switches to another protocol.
    question.on('close', () => {
      clearTimeout(timer);
      fail(UNANSWERED);
    });
    question.end();
  });
};

const UNANSWERED = 'the connection was closed without an answer';

// For a name of several addresses Node reports one error for all of them, with a code and without a message.
const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string => {
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  if (code === 'ECONNRESET') return UNANSWERED;
  return message || code;
};
