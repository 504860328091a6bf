// A property that Node loads at its first use: a start without secrets in files does not load it.
import { promises as files } from 'node:fs';
import type { Problem } from './config-error.ts';
import type { Variable } from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a variable before parsing, and where it comes from. */
export interface Source {
  readonly text: string | undefined;
  readonly from: 'environment' | 'file' | 'default' | 'unset';
}

// An empty value counts as unset: compose files and task definitions clear a variable like that.
const nonEmpty = (env: Environment, name: string): string | undefined => env[name] || undefined;

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
    // Opening a pipe waits for its writer in a thread, and even process.exit() waits for that thread.
    if (!(await files.stat(path)).isFile()) return { name: `${name}_FILE`, problem: 'expected a regular file' };
    const text = (await files.readFile(path, { encoding: 'utf8', ...(signal && { signal }) })).trimEnd();
    if (text === '') return { name: `${name}_FILE`, problem: 'expected a file that is not empty' };
    return { text, from: 'file' };
  } catch (error) {
    signal?.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { name: `${name}_FILE`, problem: `expected a readable file (${code})` };
  }
};

const defaultOf = ({ default: preset }: Variable<unknown>, env: Environment): Source => {
  if (preset === undefined) return { text: undefined, from: 'unset' };
  if (typeof preset === 'string') return { text: preset, from: 'default' };
  const production = nonEmpty(env, 'NODE_ENV') === 'production';
  return { text: production ? preset.production : preset.otherwise, from: 'default' };
};
