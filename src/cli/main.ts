import { CommanderError } from 'commander';
import { isConfigError, type Problem } from '../config/config-error.ts';
import { describeWithCause } from '../log/describe-error.ts';
import { createReadableStack } from '../log/stack.ts';
import { scrub } from '../protocol/redact.ts';
import { EXIT_CODES, exitCodeOf, isExpected, OK } from './exit-codes.ts';
import { createProgram } from './program.ts';
import type { WatchedProcess } from './watch-process.ts';

/**
 * Runs one command line; resolves with the exit code, after reporting on stderr what went wrong. `watched` is
 * what the process has watched from its first moment, if it has.
 */
export const main = async (args: readonly string[], watched?: WatchedProcess): Promise<number> => {
  let code = OK;
  let isProbe = false;
  const program = createProgram((exitCode) => {
    code = exitCode;
  }, watched);
  program.hook('preSubcommand', (_program, command) => {
    isProbe = command.name() === 'probe';
  });
  await program.parseAsync(args, { from: 'user' }).catch((error) => {
    code = reportError(error);
  });
  // Docker reserves 2 and more for itself: a health check exits with 0 or 1.
  return isProbe && code !== OK ? EXIT_CODES.PROBE_FAILED : code;
};

const reportError = (error: unknown): number => {
  if (error instanceof CommanderError) return codeOfParsing(error);
  process.stderr.write(isConfigError(error) ? problemsAsText(error.problems) : `ticketd: ${describe(error)}\n`);
  return exitCodeOf(error);
};

// commander has already printed the help or what is wrong.
const codeOfParsing = ({ exitCode }: CommanderError): number => (exitCode === 0 ? OK : EXIT_CODES.USAGE);

const problemsAsText = (problems: readonly Problem[]): string =>
  `ticketd: invalid configuration\n${problems.map(({ name, problem }) => `  ${name}: ${problem}\n`).join('')}`;

const describe = (error: unknown): string => {
  if (isExpected(error)) return scrub(describeWithCause(error).error);
  return `internal error: ${error instanceof Error && error.stack ? createReadableStack()(error.stack) : scrub(String(error))}`;
};
