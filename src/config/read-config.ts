import { scrub } from '../protocol/redact.ts';
import { ConfigError, type Problem } from './config-error.ts';
import { requireUnquoted } from './parsers.ts';
import { brokenRules } from './rules.ts';
import { type Environment, type Source, sourceOf } from './sources.ts';
import { InvalidValueError, type Variable } from './variable.ts';
import { type Config, type Section, variables } from './variables.ts';

/** A variable and its text from the environment, a file or the default. */
export interface Setting {
  readonly variable: Variable<unknown>;
  readonly source: Source;
}

interface Reading {
  readonly section: Section;
  readonly key: string;
  readonly result: (Setting & { readonly value: unknown }) | Problem;
}

const allSections = Object.keys(variables) as Section[];

/** Reads and checks the whole environment; throws `ConfigError` with every problem found. */
export const readConfig = async (env: Environment, signal?: AbortSignal): Promise<Config> =>
  checked(await readAll(allSections, env, signal)) as Config;

/** Reads some sections only, for commands that need no more. */
export const readSections = async <S extends Section>(
  sections: readonly S[],
  env: Environment,
): Promise<Pick<Config, S>> => checked(await readAll(sections, env)) as Pick<Config, S>;

/** The text of each variable and where it comes from; throws as `readConfig` does. */
export const readSettings = async (env: Environment): Promise<readonly Setting[]> => {
  const readings = await readAll(allSections, env);
  checked(readings);
  return readings.map(({ result }) => result).filter((result) => 'variable' in result);
};

const readAll = (sections: readonly Section[], env: Environment, signal?: AbortSignal): Promise<readonly Reading[]> =>
  Promise.all(
    sections.flatMap((section) =>
      Object.entries<Variable<unknown>>(variables[section]).map(async ([key, variable]) => ({
        section,
        key,
        result: parse(variable, await sourceOf(variable, env, signal)),
      })),
    ),
  );

const parse = (variable: Variable<unknown>, source: Source | Problem): Reading['result'] => {
  if ('problem' in source) return source;
  if (source.text === undefined) return { variable, source, value: undefined };
  try {
    requireText(source.text);
    return { variable, source, value: variable.parse(source.text) };
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    return { name: variable.name, problem: problemOf(variable, source.text, error) };
  }
};

const requireText = (text: string): void => {
  // Node.js puts this character in the place of bytes that are not UTF-8.
  if (text.includes('\uFFFD')) throw new InvalidValueError('text in UTF-8, not Latin-1 or binary data');
  requireUnquoted(text);
};

// Scrubbed, since a secret may be set by mistake as the value of another variable.
const problemOf = ({ secret }: Variable<unknown>, text: string, { message }: InvalidValueError): string =>
  secret ? `expected ${message}` : `expected ${message}, found ${JSON.stringify(scrub(text).slice(0, 64))}`;

const checked = (readings: readonly Reading[]): Partial<Config> => {
  const values: Partial<Record<Section, Record<string, unknown>>> = {};
  const problems: Problem[] = [];
  const parsed = new Set<string>();
  for (const { section, key, result } of readings) {
    if ('problem' in result) {
      problems.push(result);
    } else {
      parsed.add(`${section}.${key}`);
      values[section] = { ...values[section], [key]: result.value };
    }
  }
  const config = values as Partial<Config>;
  problems.push(...brokenRules(config, parsed));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
};

type LogLevel = ReturnType<typeof variables.runtime.logLevel.parse>;

export interface LogSettings {
  readonly level: LogLevel;
  /** A readable format instead of JSON: in development, at a terminal. */
  readonly pretty: boolean;
}

/**
 * The log settings before the configuration has been read, so that its problems can be logged. An invalid level counts
 * as the default here; the `config` phase rejects it.
 */
export const readLogSettings = (env: Environment, isTerminal: boolean): LogSettings => ({
  level: levelOf(env.LOG_LEVEL || 'info'),
  pretty: isTerminal && (env.NODE_ENV || 'development') === 'development',
});

const levelOf = (text: string): LogLevel => {
  try {
    return variables.runtime.logLevel.parse(text);
  } catch {
    return 'info';
  }
};
