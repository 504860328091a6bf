import { isProcessError, ProcessError } from '../errors/process-error.ts';

/** One thing wrong with the environment: the variable, and what was expected of it. */
export interface Problem {
  readonly name: string;
  readonly problem: string;
}

/** All that is wrong with the environment, told in one go. */
export class ConfigError extends ProcessError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, problem }) => `${name}: ${problem}`);
    super('CONFIG_INVALID', `invalid configuration: ${lines.join('; ')}`);
    this.problems = problems;
  }
}

export const isConfigError = (error: unknown): error is ConfigError => isProcessError(error) && 'problems' in error;
