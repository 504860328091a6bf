import { CommanderError } from 'commander';
import { isConfigError } from '../config/problems.ts';
import { describeWithCause } from '../errors/describe-error.ts';
import { isProcessError, ProcessError } from '../errors/process-error.ts';
import { scrub } from '../log/scrub.ts';
import { problemsAsText } from './config-report.ts';
import { exitCodeOf, OK } from './exit-codes.ts';
import { createProgram } from './program.ts';
import type { Signals } from './signals.ts';

// Docker reserves 2 for itself, so a health check may only ever say 0 or 1.
const PROBE_FAILED = 1;

/**
 * Runs one command line; resolves with the code to exit with, after telling on stderr what went wrong. `signals` are
 * given where they are watched already.
 */
export const main = async (args: readonly string[], signals?: Signals): Promise<number> => {
  let code = OK;
  try {
    await createProgram((exitCode) => {
      code = exitCode;
    }, signals).parseAsync(args, { from: 'user' });
  } catch (error) {
    code = codeOf(error);
    tell(error);
  }
  return code !== OK && args[0] === 'probe' ? PROBE_FAILED : code;
};

const codeOf = (error: unknown): number => {
  if (!(error instanceof CommanderError)) return exitCodeOf(error);
  return error.exitCode === OK ? OK : exitCodeOf(new ProcessError('USAGE', error.message));
};

const tell = (error: unknown): void => {
  // Commander has told its own already.
  if (error instanceof CommanderError) return;
  if (isConfigError(error)) process.stderr.write(problemsAsText(error.problems));
  else process.stderr.write(`ticketd: ${scrub(describe(error))}\n`);
};

const describe = (error: unknown): string => {
  if (isProcessError(error)) return describeWithCause(error).error;
  return `internal error: ${error instanceof Error ? error.stack : String(error)}`;
};
