import { isConfigError } from '../config/config-error.ts';
import { describeWithCause } from '../log/describe-error.ts';
import { createReadableStack } from '../log/stack.ts';
import { scrub } from '../protocol/redact.ts';
import { isProcessError } from '../startup/process-error.ts';
import { problemsAsText } from './config-report.ts';
import { exitCodeOf, OK } from './exit-codes.ts';
import { runProbe } from './run-probe.ts';
import type { Signals } from './signals.ts';

// Docker reserves 2 for itself, so a health check may only ever say 0 or 1.
const PROBE_FAILED = 1;

/**
 * Runs one command line; resolves with the code to exit with, after telling on stderr what went wrong. `signals` are
 * given where they are watched already.
 */
export const main = async (args: readonly string[], signals?: Signals): Promise<number> => {
  const code = await run(args, signals).catch(tell);
  return code !== OK && args[0] === 'probe' ? PROBE_FAILED : code;
};

// What a container calls, at its start and every few seconds, goes without the parser, which takes as long to load as the rest.
const run = async (args: readonly string[], signals?: Signals): Promise<number> => {
  const [command, what = 'live'] = args;
  if (command === 'serve' && args.length === 1) {
    const { runService } = await import('./run-service.ts');
    return runService(signals);
  }
  if (command === 'probe' && args.length <= 2 && !what.startsWith('-')) return runProbe(what);
  const { runProgram } = await import('./program.ts');
  return runProgram(args, signals);
};

const tell = (error: unknown): number => {
  if (isConfigError(error)) process.stderr.write(problemsAsText(error.problems));
  else process.stderr.write(`ticketd: ${describe(error)}\n`);
  return exitCodeOf(error);
};

const describe = (error: unknown): string => {
  if (isProcessError(error)) return scrub(describeWithCause(error).error);
  return `internal error: ${error instanceof Error && error.stack ? createReadableStack()(error.stack) : scrub(String(error))}`;
};
