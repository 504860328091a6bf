import { readLogSettings } from '../config/read-config.ts';
import { describeError } from '../log/describe-error.ts';
import { openDestination } from '../log/destination.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { startService } from '../service/service.ts';
import { EXIT_CODES, exitCodeOfSignal, INTERNAL_ERROR, InterruptedBySignal, OK } from './exit-codes.ts';
import type { Signals } from './signals.ts';
import { type WatchedProcess, watchProcess } from './watch-process.ts';

const FLUSH_TIMEOUT_MS = 250;
// After a second signal or an uncaught error.
const SHORT_FLUSH_TIMEOUT_MS = 50;

/** Runs the service until a signal ends it. Resolves with the exit code, or rejects, after flushing the log. */
export const serve = async ({ signals, libraryOutput }: WatchedProcess = watchProcess()): Promise<number> => {
  const { level, pretty } = readLogSettings(process.env, process.stdout.isTTY);
  const logger = createLogger({ level, destination: await openDestination(pretty) });
  libraryOutput.logTo(logger.emit);
  exitOnUncaughtError(logger);
  try {
    return await serveUntilSignal(signals, logger);
  } finally {
    await logger.flush(FLUSH_TIMEOUT_MS);
  }
};

const serveUntilSignal = async ({ first, second }: Signals, logger: Logger): Promise<number> => {
  const startup = new AbortController();
  first.then((signal) => startup.abort(new InterruptedBySignal(signal)));
  second.then((signal) => exitAfterFlush(logger, exitCodeOfSignal(signal)));
  const service = await startService({ env: process.env, log: logger.emit, abort: startup.signal });
  const { forced } = await service.stop(await first);
  return forced ? EXIT_CODES.SHUTDOWN_FORCED : OK;
};

const exitOnUncaughtError = (logger: Logger): void => {
  process.on('uncaughtException', (error) => {
    logger.emit('uncaught_error', { ...describeError(error), stack: error.stack });
    void exitAfterFlush(logger, INTERNAL_ERROR);
  });
};

const exitAfterFlush = async (logger: Logger, code: number): Promise<void> => {
  await logger.flush(SHORT_FLUSH_TIMEOUT_MS);
  process.exit(code);
};
