import type { Socket } from 'node:net';
import { ProbeFailed } from './exit-codes.ts';

const PATHS: Readonly<Record<string, string>> = { live: '/health', ready: '/ready' };

export interface ProbeQuestion {
  readonly what: string;
  /** A base URL; one that has a path already is asked as it is. */
  readonly url: string | undefined;
  /** Where the public listener of this machine listens, asked unless there is a URL. */
  readonly host: string;
  readonly port: string;
  readonly timeoutMs: number;
}

/** Asks once, within the time limit; resolves with a line for people, throws `PROBE_FAILED` unless the answer is 2xx. */
export const askProbe = async ({ what, url, host, port, timeoutMs }: ProbeQuestion): Promise<string> => {
  const target = targetOf(what, url ?? ownUrl(host, port));
  const status = await statusOf(target, timeoutMs);
  const answer = `${nameOf(target)} answered ${status}`;
  if (status < 200 || status > 299) throw new ProbeFailed(answer);
  return answer;
};

const targetOf = (what: string, base: string): URL => {
  const path = Object.hasOwn(PATHS, what) ? PATHS[what] : undefined;
  if (path === undefined) throw new ProbeFailed('probe what? Expected "live" or "ready"');
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base))
    throw new ProbeFailed(`expected an http:// or https:// URL with a valid port`);
  const target = new URL(base);
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

// Without user and password.
const nameOf = ({ origin, pathname }: URL): string => origin + pathname;

// The head of the answer and no more is wanted, which takes half the time without Node's HTTP client.
const statusOf = async (target: URL, timeoutMs: number): Promise<number> => {
  const socket = await connectTo(target);
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new ProbeFailed(`${nameOf(target)}: ${why}`));
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer += text;
      const status = WHOLE_HEAD.exec(answer)?.[1];
      if (status !== undefined) resolve(Number(status));
      else if (!startsAsHttp(answer) || answer.length > MAX_HEAD) fail('the answer is not HTTP');
    });
    socket.on('error', ({ message }) => fail(message));
    socket.on('close', () => {
      clearTimeout(timer);
      fail('the connection was closed without an answer');
    });
  }).finally(() => socket.destroy()) as Promise<number>;
};

// A proxy may send interim responses (1xx) first.
const WHOLE_HEAD = /^(?:HTTP\/1\.1 1\d\d[\s\S]*?\r\n\r\n)*HTTP\/1\.[01] ([2-9]\d\d)[\s\S]*?\r\n\r\n/;
const MAX_HEAD = 65_536;

// As far as it has come.
const startsAsHttp = (answer: string): boolean => PROTOCOL.startsWith(answer.slice(0, PROTOCOL.length));

const PROTOCOL = 'HTTP/1.';

const connectTo = async ({ protocol, hostname, host, port, pathname, search }: URL): Promise<Socket> => {
  const address = { host: hostname.replace(/^\[|\]$/g, '') };
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  if (protocol === 'https:') {
    const { connect } = await import('node:tls');
    const servername = isName(address.host) ? { servername: address.host } : {};
    return connect({ ...address, port: Number(port || 443), ...servername }).once('secureConnect', sends(request));
  }
  const { connect } = await import('node:net');
  return connect({ ...address, port: Number(port || 80) }).once('connect', sends(request));
};

const sends = (request: string) =>
  function (this: Socket) {
    this.write(request);
  };

// RFC 6066 allows no IP address as a server name.
const isName = (host: string): boolean => !/^[\d.]+$|:/.test(host);
