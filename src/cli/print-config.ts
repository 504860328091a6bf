import { isConfigError } from '../config/config-error.ts';
import { readSettings } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import { problemsAsJson, settingsAsJson, settingsAsText } from './config-report.ts';
import { exitCodeOf, OK } from './exit-codes.ts';

/** Prints the settings in force, or as JSON what is wrong with them; for people that is told as any other error. */
export const printConfig = async (env: Environment, json: boolean): Promise<number> => {
  try {
    const settings = await readSettings(env);
    process.stdout.write(json ? settingsAsJson(settings) : settingsAsText(settings));
    return OK;
  } catch (error) {
    if (!json || !isConfigError(error)) throw error;
    process.stdout.write(problemsAsJson(error.problems));
    return exitCodeOf(error);
  }
};
