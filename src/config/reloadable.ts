import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from './config-error.ts';
import type { RedisTarget } from './redis-url.ts';
import { type Environment, readTextFile } from './sources.ts';
import { unreadable } from './text-file.ts';
import type { Variable } from './variable.ts';
import { type Config, type Section, variables } from './variables.ts';

interface Reloadable {
  readonly name: string;
  readonly valueIn: (config: Config) => unknown;
  /** The variable with the path of its file. */
  readonly file: string;
}

const fileOf = ({ name, secret }: Variable<unknown>): string | undefined => {
  if (secret) return `${name}_FILE`;
  return name.endsWith('_FILE') ? name : undefined;
};

const reloadableOf = (section: Section): readonly Reloadable[] =>
  Object.entries<Variable<unknown>>(variables[section]).flatMap(([key, variable]) => {
    const file = fileOf(variable);
    if (file === undefined) return [];
    return [{ name: variable.name, file, valueIn: (config) => Reflect.get(config[section], key) }];
  });

/** The values that may change while ticketd runs: those that come from a file. */
const reloadable = (Object.keys(variables) as Section[]).flatMap(reloadableOf);

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
