/** One thing wrong with the environment: the variable, and what was expected of it. */
export interface Problem {
  readonly name: string;
  readonly problem: string;
}

/** Everything that is wrong with the environment, listed at once. */
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

/** By name, not by class: every bundle of the build has classes of its own. */
export const isConfigError = (error: unknown): error is ConfigError =>
  error instanceof Error && error.name === 'ConfigError';
