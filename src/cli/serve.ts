import { readLogSettings } from '../config/read-config.ts';
import { describeError, stackOf } from '../log/describe-error.ts';
import { openDestination } from '../log/destination.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { startService } from '../service/service.ts';
import {
  EXIT_CODES,
  exitCodeOf,
  exitCodeOfSignal,
  INTERNAL_ERROR,
  InterruptedBySignal,
  isExpected,
  OK,
} from './exit-codes.ts';
import { reasonOf } from './failed-start.ts';
import { type WatchedProcess, watchProcess } from './watch-process.ts';

const FLUSH_TIMEOUT_MS = 250;
// After a second signal or an uncaught error.
const SHORT_FLUSH_TIMEOUT_MS = 50;

/**
 * Runs the service until a signal ends it. Resolves with the exit code, after flushing the log and, when the start
 * failed, printing the reason.
 */
export const serve = async ({ signals, libraryOutput }: WatchedProcess = watchProcess()): Promise<number> => {
  const { level, pretty } = readLogSettings(process.env, process.stdout.isTTY);
  const logger = createLogger({ level, destination: await openDestination(pretty) });
  libraryOutput.logTo(logger.emit);
  const startup = new AbortController();
  let hasStarted = false;

  const flushAndReport = async (error: unknown, timeoutMs: number): Promise<void> => {
    await logger.flush(timeoutMs);
    if (!hasStarted) process.stderr.write(`ticketd: ${reasonOf(error)}\n`);
  };

  const exitNow = async (error: unknown, code: number): Promise<void> => {
    await flushAndReport(error, SHORT_FLUSH_TIMEOUT_MS);
    process.exit(code);
  };

  process.on('uncaughtException', (error) => {
    logUncaught(error, logger);
    void exitNow(error, INTERNAL_ERROR);
  });
  signals.first.then((signal) => startup.abort(new InterruptedBySignal(signal)));
  signals.second.then((signal) => exitNow(new InterruptedBySignal(signal), exitCodeOfSignal(signal)));
  try {
    const service = await startService({ env: process.env, log: logger.emit, abort: startup.signal });
    hasStarted = true;
    const { forced } = await service.stop(await signals.first);
    await logger.flush(FLUSH_TIMEOUT_MS);
    return forced ? EXIT_CODES.SHUTDOWN_FORCED : OK;
  } catch (error) {
    if (!isExpected(error)) logUncaught(error, logger);
    await flushAndReport(error, FLUSH_TIMEOUT_MS);
    return exitCodeOf(error);
  }
};

const logUncaught = (error: unknown, { emit }: Logger): void =>
  emit('uncaught_error', { ...describeError(error), stack: stackOf(error) });
