/** One problem in the environment: the variable, and what was expected. */
export interface Problem {
  readonly name: string;
  readonly problem: string;
}

/** All problems in the environment, listed together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ name, problem }) => `${name}: ${problem}`);
    super(`invalid configuration: ${lines.join('; ')}`);
    this.problems = problems;
  }
}

/** By name, not by class: each bundle of the build has its own classes. */
export const isConfigError = (error: unknown): error is ConfigError =>
  error instanceof Error && error.name === 'ConfigError';
