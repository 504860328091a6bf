import { Command, CommanderError } from 'commander';
import { version } from '../config/version.ts';
import { scrub } from '../protocol/redact.ts';
import { ProcessError } from '../startup/process-error.ts';
import { checkConfigCommand } from './check-config.ts';
import { checkRedisCommand } from './check-redis.ts';
import type { Done } from './done.ts';
import { exitCodeOf, OK } from './exit-codes.ts';
import { probeCommand } from './probe.ts';
import { serveCommand } from './serve.ts';
import type { Signals } from './signals.ts';

const EXAMPLES = `
Examples:
  $ JWT_SECRET=… REDIS_URL=redis://localhost:6379 ticketd serve
  $ ticketd check-redis --wait 30 && ticketd serve
  $ ticketd probe ready
  $ ticketd check-config --json

Exit codes: 0 fine, 1 failed to start or unreachable, 2 Redis reached but unusable, 64 usage,
70 internal error, 78 invalid configuration, 124 out of time, 128+n ended by signal n.
The environment variables are listed in README.md and by "ticketd check-config".`;

/** Runs a command line of any form; resolves with the exit code. What it does not understand it has told by then. */
export const runProgram = async (args: readonly string[], signals?: Signals): Promise<number> => {
  let code = OK;
  const done: Done = (exitCode) => {
    code = exitCode;
  };
  await createProgram(done, signals)
    .parseAsync(args, { from: 'user' })
    .catch((error: unknown) => done(codeOfUsage(error)));
  return code;
};

const codeOfUsage = (error: unknown): number => {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === OK ? OK : exitCodeOf(new ProcessError('USAGE', error.message));
};

/** Every command loads what it needs only when it is called. */
const createProgram = (done: Done, signals?: Signals): Command => {
  const program = new Command('ticketd')
    .description('Trades a JWT for a single-use WebSocket ticket kept in Redis.')
    .version(version)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    // It repeats what it was given, which may be a URL with a password in the wrong place.
    .configureOutput({ outputError: (text, write) => write(scrub(text)) })
    .showHelpAfterError('(see "ticketd --help")');
  for (const command of [
    serveCommand(done, signals),
    checkRedisCommand(done),
    probeCommand(done),
    checkConfigCommand(done),
  ])
    program.addCommand(command.copyInheritedSettings(program));
  return program;
};
