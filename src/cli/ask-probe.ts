import type { ClientRequest, IncomingMessage } from 'node:http';
import { ProcessError } from '../errors/process-error.ts';

const PATHS: Readonly<Record<string, string>> = { live: '/health', ready: '/ready' };

export interface ProbeQuestion {
  readonly what: string;
  /** A base URL; one that has a path already is asked as it is. */
  readonly url: string | undefined;
  readonly port: string;
  readonly timeoutMs: number;
}

/** Asks once, within the time limit; resolves with a line for people, throws `PROBE_FAILED` unless the answer is 2xx. */
export const askProbe = async ({ what, url, port, timeoutMs }: ProbeQuestion): Promise<string> => {
  const target = targetOf(what, url ?? `http://127.0.0.1:${port}`);
  const status = await statusOf(target, timeoutMs);
  const answer = `${nameOf(target)} answered ${status}`;
  if (status < 200 || status > 299) throw new ProcessError('PROBE_FAILED', answer);
  return answer;
};

const targetOf = (what: string, base: string): URL => {
  const path = Object.hasOwn(PATHS, what) ? PATHS[what] : undefined;
  if (path === undefined) throw new ProcessError('PROBE_FAILED', 'probe what? Expected "live" or "ready"');
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base))
    throw new ProcessError('PROBE_FAILED', `expected an http:// or https:// URL with a valid port`);
  const target = new URL(base);
  if (target.pathname === '/') target.pathname = path;
  return target;
};

// Without user and password.
const nameOf = ({ origin, pathname }: URL): string => origin + pathname;

const statusOf = async (target: URL, timeoutMs: number): Promise<number> => {
  const { get } = await (target.protocol === 'https:' ? import('node:https') : import('node:http'));
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new ProcessError('PROBE_FAILED', `${nameOf(target)}: ${why}`));
    const timer = setTimeout(() => {
      fail(`no answer within ${timeoutMs} ms`);
      request.destroy();
    }, timeoutMs);
    const answered = (response: IncomingMessage) => {
      clearTimeout(timer);
      response.destroy();
      resolve(response.statusCode ?? 0);
    };
    const request: ClientRequest = get(target, { agent: false }, answered);
    request.on('error', ({ message }) => fail(message));
  });
};
