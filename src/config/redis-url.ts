import { splitCommaList } from '../protocol/text.ts';
import { host } from './parsers.ts';
import { InvalidValueError, type Parser } from './variable.ts';

/** Where tickets are stored. Parsed here, since ioredis reads `REDISS://` as plain TCP and lets a query override options. */
export type RedisTarget = EmbeddedTarget | ServerTarget;

export interface EmbeddedTarget {
  readonly kind: 'memory';
}

export interface ServerTarget {
  readonly kind: 'server';
  readonly tls: boolean;
  /** One server, the Sentinels, or the seed nodes of a cluster. */
  readonly servers: readonly [Address, ...Address[]];
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** The path of a Unix socket, in place of the address of a server. */
  readonly socketPath?: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 6379;
const SCHEMES = new Set(['redis:', 'rediss:', 'valkey:', 'valkeys:']);

/** A URL, or a comma-separated list; the first one also applies to the others, which may be `host:port` only. */
export const redisUrl: Parser<RedisTarget> = (text) => {
  if (/^memory:\/\/$/i.test(text)) return { kind: 'memory' };
  const [head = '', ...rest] = splitCommaList(text);
  const first = serverOf(head);
  const others = rest.map((entry) => requireLikeFirst(serverOf(withSchemeOf(entry, first)), first));
  return { ...first, servers: [first.servers[0], ...others] };
};

const serverOf = (text: string): ServerTarget => {
  if (/^unix:/i.test(text)) return socketOf(text);
  const url = parseUrl(text);
  if (!SCHEMES.has(url.protocol))
    throw new InvalidValueError(
      'a URL that starts with redis:// or rediss:// (also valkey://, valkeys://, unix://), or exactly memory://',
    );
  rejectQueryAndHash(url);
  return {
    kind: 'server',
    tls: ['rediss:', 'valkeys:'].includes(url.protocol),
    servers: [{ host: hostOf(url), port: portOf(url) }],
    ...credentialsOf(url),
    database: databaseOf(url),
  };
};

const SOCKET = /^unix:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#\s\p{Cc}]+)(?:\?db=(\d{1,5}))?$/iu;
// The kernel's limit, without the zero at the end.
const MAX_SOCKET_PATH_BYTES = 107;

// The URL class accepts no user without a host.
const socketOf = (text: string): ServerTarget => {
  const [, username = '', password = '', path, database = '0'] = SOCKET.exec(text) ?? [];
  if (path === undefined)
    throw new InvalidValueError('unix:// with an absolute path, as in unix://user:password@/run/redis.sock?db=0');
  const socketPath = decode(path);
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES)
    throw new InvalidValueError(`a path of at most ${MAX_SOCKET_PATH_BYTES} bytes after unix://`);
  const servers = [{ host: 'localhost', port: DEFAULT_PORT }] as const;
  const credentials = credentialsOf({ username, password });
  return { kind: 'server', tls: false, servers, ...credentials, database: Number(database), socketPath };
};

const withSchemeOf = (entry: string, { tls }: ServerTarget): string =>
  entry.includes('://') ? entry : `${tls ? 'rediss' : 'redis'}://${entry}`;

const requireLikeFirst = (other: ServerTarget, first: ServerTarget): Address => {
  if (first.socketPath !== undefined || other.socketPath !== undefined)
    throw new InvalidValueError('one server with unix://, not a list');
  const same = (key: 'username' | 'password') => other[key] === undefined || other[key] === first[key];
  if (
    other.tls !== first.tls ||
    !same('username') ||
    !same('password') ||
    ![0, first.database].includes(other.database)
  )
    throw new InvalidValueError(
      'the same scheme, user, password and database in the whole list; percent-encode , in a password as %2C',
    );
  return other.servers[0];
};

/** The target without its credentials, for logs and reports. */
export const endpointOf = (target: RedisTarget): string => {
  if (target.kind === 'memory') return 'memory://';
  const { tls, servers, database, socketPath } = target;
  if (socketPath !== undefined) return `unix://${socketPath}${database === 0 ? '' : `?db=${database}`}`;
  const [first, ...rest] = servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
  return `${tls ? 'rediss' : 'redis'}://${[`${first}${database === 0 ? '' : `/${database}`}`, ...rest].join(',')}`;
};

// No error message quotes the text: it may contain a password.
const parseUrl = (text: string): URL => {
  // The URL class would drop them silently.
  if (/[\p{Cc}\s]/u.test(text)) throw new InvalidValueError('a URL without spaces and control characters');
  if (!URL.canParse(text))
    throw new InvalidValueError('a URL like redis://user:password@host:6379/0, its password percent-encoded');
  return new URL(text);
};

const rejectQueryAndHash = (url: URL): void => {
  const [parameter] = url.searchParams.keys();
  if (url.search !== '')
    throw new InvalidValueError(
      `no query parameters${parameter ? ` (found one, ${parameter.length} characters long)` : ''}; percent-encode ? in a password as %3F`,
    );
  if (url.hash !== '') throw new InvalidValueError('no # in it; percent-encode # in a password as %23');
};

const hostOf = (url: URL): string => {
  if (url.hostname === '') throw new InvalidValueError('a host after the scheme, as in redis://host:6379');
  return host(decode(url.hostname.replace(/^\[|\]$/g, '')));
};

const portOf = (url: URL): number => {
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  if (port === 0) throw new InvalidValueError('a port from 1 to 65535');
  return port;
};

const credentialsOf = (url: Pick<URL, 'username' | 'password'>) => ({
  ...(url.username === '' ? {} : { username: decode(url.username) }),
  ...(url.password === '' ? {} : { password: decode(url.password) }),
});

const databaseOf = (url: URL): number => {
  const path = url.pathname.replace(/^\//, '');
  if (!/^\d{0,5}$/.test(path)) throw new InvalidValueError('a database number as the path, as in redis://host:6379/0');
  return Number(path);
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidValueError('valid percent-encoding in user, password and host');
  }
};
