import { fields } from './fields.ts';
import type { Environment } from './sources.ts';

type LogLevel = ReturnType<typeof fields.runtime.logLevel.parse>;

export interface LogSettings {
  readonly level: LogLevel;
  /** A readable form in place of JSON: in development, at a terminal. */
  readonly pretty: boolean;
}

/**
 * How to log before the configuration has been read, so that its problems can be logged at all. A wrong level counts
 * as the default here; the `config` phase refuses it.
 */
export const readLogSettings = (env: Environment, isTerminal: boolean): LogSettings => ({
  level: levelOf(env.LOG_LEVEL || 'info'),
  pretty: isTerminal && (env.NODE_ENV || 'development') === 'development',
});

const levelOf = (text: string): LogLevel => {
  try {
    return fields.runtime.logLevel.parse(text);
  } catch {
    return 'info';
  }
};
