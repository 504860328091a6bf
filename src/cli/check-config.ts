import { isConfigError, type Problem } from '../config/config-error.ts';
import { readSettings, type Setting } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import { exitCodeOf, OK } from './exit-codes.ts';

export interface CheckConfigOptions {
  /** Prints one JSON object. */
  readonly json?: boolean;
  /** Prints whether `serve` accepts the JWT in this file, instead of the settings. */
  readonly jwtFile?: string;
}

/** Prints the settings in force; with `json` also what is wrong with them, which is otherwise thrown as `ConfigError`. */
export const checkConfig = async (env: Environment, options: CheckConfigOptions): Promise<number> => {
  const { json = false, jwtFile } = options;
  try {
    if (jwtFile !== undefined) {
      const { checkJwt } = await import('./check-jwt.ts');
      return await checkJwt(env, jwtFile, json);
    }
    const settings = await readSettings(env);
    process.stdout.write(json ? settingsAsJson(settings) : settingsAsText(settings));
    return OK;
  } catch (error) {
    if (!json || !isConfigError(error)) throw error;
    process.stdout.write(problemsAsJson(error.problems));
    return exitCodeOf(error);
  }
};

/** `{"valid":true,"settings":{NAME:{"value","from"}}}` on one line. */
export const settingsAsJson = (settings: readonly Setting[]): string => {
  const rows = settings.map((setting) => [setting.variable.name, { value: shown(setting), from: setting.source.from }]);
  return `${JSON.stringify({ valid: true, settings: Object.fromEntries(rows) })}\n`;
};

export const settingsAsText = (settings: readonly Setting[]): string => {
  const width = Math.max(...settings.map(({ variable }) => variable.name.length));
  const rows = settings.map((setting) => {
    const { variable, source } = setting;
    return `${variable.name.padEnd(width)}  ${shown(setting) ?? '–'}  (${source.from})`;
  });
  return `${rows.join('\n')}\n`;
};

/** `{"valid":false,"problems":[{"name","problem"}]}` on one line. */
const problemsAsJson = (problems: readonly Problem[]): string => `${JSON.stringify({ valid: false, problems })}\n`;

const MASK = '********';

const shown = ({ variable: { secret, mask }, source: { text } }: Setting): string | null => {
  if (text === undefined) return null;
  if (mask !== undefined) return mask(text);
  return secret ? MASK : text;
};
