import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from './config-error.ts';
import type { RedisTarget } from './redis-url.ts';
import { type Environment, readTextFile } from './sources.ts';
import { unreadable } from './text-file.ts';
import type { Config } from './variables.ts';

interface Reloadable {
  readonly name: string;
  readonly valueIn: (config: Config) => unknown;
  /** The variable with the path of its file. */
  readonly file: string;
}

const secret = (name: string, valueIn: Reloadable['valueIn']): Reloadable => ({ name, valueIn, file: `${name}_FILE` });
const file = (name: string, valueIn: Reloadable['valueIn']): Reloadable => ({ name, valueIn, file: name });

/** The values that may change while ticketd runs: those that come from a file. */
const reloadable: readonly Reloadable[] = [
  secret('JWT_SECRET', ({ jwt }) => jwt.secrets),
  secret('JWT_PUBLIC_KEY', ({ jwt }) => jwt.publicKeys),
  secret('GATEWAY_KEYS', ({ gateways }) => gateways.keys),
  secret('REDIS_URL', ({ redis }) => redis.target),
  secret('REDIS_SENTINEL_PASSWORD', ({ redis }) => redis.sentinelPassword),
  file('REDIS_TLS_CA_FILE', ({ redis }) => redis.tlsCa),
  file('REDIS_TLS_CERT_FILE', ({ redis }) => redis.tlsCert),
  file('REDIS_TLS_KEY_FILE', ({ redis }) => redis.tlsKey),
];

/** The names of the variables whose values differ. */
export const changedNames = (before: Config, after: Config): readonly string[] =>
  reloadable.filter(({ valueIn }) => !isDeepStrictEqual(valueIn(before), valueIn(after))).map(({ name }) => name);

/** What of a change needs a restart. */
export const problemOfChange = (before: Config, after: Config): Problem | undefined =>
  isDeepStrictEqual(withoutCredentials(before.redis.target), withoutCredentials(after.redis.target))
    ? undefined
    : {
        name: 'REDIS_URL',
        problem: 'expected a change of its user and password only; restart ticketd for another one',
      };

const withoutCredentials = (target: RedisTarget): object => ({ ...target, username: undefined, password: undefined });

/** A digest of the text of each file, by the variable that names it. */
export type FileDigests = ReadonlyMap<string, string>;

/** Reads all files whose values may change; a file that cannot be read has the reason in place of the digest. */
export const readFileDigests = async (env: Environment): Promise<FileDigests> => {
  const files = reloadable.flatMap(({ file }) => (env[file] ? [{ name: file, path: env[file] }] : []));
  return new Map(await Promise.all(files.map(async ({ name, path }) => [name, await digestOf(path)] as const)));
};

const digestOf = (path: string): Promise<string> => readTextFile(path).then((text) => hash('sha256', text), unreadable);

/** The names of the files that differ. */
export const changedFiles = (before: FileDigests, after: FileDigests): readonly string[] =>
  [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name);
