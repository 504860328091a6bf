import { scrub } from '../protocol/redact.ts';
import { Expected, type Field } from './field.ts';
import { type Config, fields, type Section } from './fields.ts';
import { ConfigError, type Problem } from './problems.ts';
import { brokenRules } from './rules.ts';
import { type Environment, type Source, sourceOf } from './sources.ts';

/** A variable's row together with the text in force. */
export interface Setting {
  readonly field: Field<unknown>;
  readonly source: Source;
}

interface Reading {
  readonly section: Section;
  readonly key: string;
  readonly result: (Setting & { readonly value: unknown }) | Problem;
}

const allSections = Object.keys(fields) as Section[];

/** Reads and checks the whole environment; throws `ConfigError` with every problem found. */
export const readConfig = async (env: Environment, signal?: AbortSignal): Promise<Config> =>
  checked(await readAll(allSections, env, signal)) as Config;

/** Reads some sections alone, for commands that need no more. */
export const readSections = async <S extends Section>(
  sections: readonly S[],
  env: Environment,
): Promise<Pick<Config, S>> => checked(await readAll(sections, env)) as Pick<Config, S>;

/** What each variable is set to and by whom; throws as `readConfig` does. */
export const readSettings = async (env: Environment): Promise<readonly Setting[]> => {
  const readings = await readAll(allSections, env);
  checked(readings);
  return readings.map(({ result }) => result).filter((result) => 'field' in result);
};

const readAll = (sections: readonly Section[], env: Environment, signal?: AbortSignal): Promise<readonly Reading[]> =>
  Promise.all(
    sections.flatMap((section) =>
      Object.entries<Field<unknown>>(fields[section]).map(async ([key, field]) => ({
        section,
        key,
        result: parse(field, await sourceOf(field, env, signal)),
      })),
    ),
  );

const parse = (field: Field<unknown>, source: Source | Problem): Reading['result'] => {
  if ('problem' in source) return source;
  if (source.text === undefined) return { field, source, value: undefined };
  try {
    return { field, source, value: field.parse(source.text) };
  } catch (error) {
    if (!(error instanceof Expected)) throw error;
    return { name: field.name, problem: complaint(field, source.text, error) };
  }
};

// Scrubbed, since a secret may stand in the place of another variable's value.
const complaint = ({ secret }: Field<unknown>, text: string, { message }: Expected): string =>
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
