// A property that Node loads at its first use: a start without secrets in files does not load it.
import { promises as files } from 'node:fs';
import type { Problem } from './config-error.ts';
import { requireUnquoted } from './parsers.ts';
import { textOfFile, unreadable } from './text-file.ts';
import { InvalidValueError, type Variable } from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a variable before parsing, and where it comes from. */
export interface Source {
  readonly text: string | undefined;
  readonly from: 'environment' | 'file' | 'default' | 'unset';
}

// An empty value counts as unset: compose files and task definitions clear a variable like that.
const nonEmpty = (env: Environment, name: string): string | undefined => env[name]?.replace(/^\uFEFF/, '') || undefined;

/** Finds a variable's text: `NAME`, for a secret else the file at `NAME_FILE`, else the default. */
export const sourceOf = async (
  variable: Variable<unknown>,
  env: Environment,
  signal?: AbortSignal,
): Promise<Source | Problem> => {
  const { name, secret } = variable;
  const text = nonEmpty(env, name);
  const path = secret ? nonEmpty(env, `${name}_FILE`) : undefined;
  if (text !== undefined && path !== undefined)
    return { name, problem: `expected either ${name} or ${name}_FILE, found both` };
  if (path !== undefined) return readSecret(name, path, signal);
  if (text !== undefined) return { text, from: 'environment' };
  return defaultOf(variable, env);
};

const readSecret = async (name: string, path: string, signal?: AbortSignal): Promise<Source | Problem> => {
  try {
    const text = (await readTextFile(path, signal)).trimEnd();
    if (text === '') throw new InvalidValueError('a file that is not empty');
    return { text, from: 'file' };
  } catch (error) {
    signal?.throwIfAborted();
    return { name: `${name}_FILE`, problem: `expected ${unreadable(error)}` };
  }
};

/** The text of a file in UTF-8; rejects with `InvalidValueError` or the error of the file system. */
export const readTextFile = async (path: string, signal?: AbortSignal): Promise<string> => {
  requireUnquoted(path);
  // Opening a pipe waits for its writer in a thread, and even process.exit() waits for that thread.
  if (!(await files.stat(path)).isFile()) throw new InvalidValueError('a regular file');
  return textOfFile(await files.readFile(path, { ...(signal && { signal }) }));
};

const defaultOf = ({ default: preset }: Variable<unknown>, env: Environment): Source => {
  if (preset === undefined) return { text: undefined, from: 'unset' };
  if (typeof preset === 'string') return { text: preset, from: 'default' };
  const production = nonEmpty(env, 'NODE_ENV') === 'production';
  return { text: production ? preset.production : preset.otherwise, from: 'default' };
};
