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
import type { Signals } from './signals.ts';
import { type WatchedProcess, watchProcess } from './watch-process.ts';

const FLUSH_TIMEOUT_MS = 250;
// After a second signal or an uncaught error.
const SHORT_FLUSH_TIMEOUT_MS = 50;

/**
 * Runs the service until a signal ends it. Resolves with the exit code, after flushing the log and, when the start
 * failed, printing the reason.
 */
export const serve = async ({ signals, hangups, libraryOutput }: WatchedProcess = watchProcess()): Promise<number> => {
  const { level, pretty } = readLogSettings(process.env, process.stdout.isTTY);
  const logger = createLogger({ level, destination: await openDestination(pretty) });
  libraryOutput.logTo(logger.emit);
  const ending = createEnding(logger);
  process.on('uncaughtException', (error) => {
    logUncaught(error, logger);
    void ending.exit(error, INTERNAL_ERROR);
  });
  signals.second.then((signal) => ending.exit(new InterruptedBySignal(signal), exitCodeOfSignal(signal)));
  try {
    return await serveUntilSignal({ first: signals.first, hangups }, logger, ending);
  } catch (error) {
    if (!isExpected(error)) logUncaught(error, logger);
    await ending.report(error, FLUSH_TIMEOUT_MS);
    return exitCodeOf(error);
  }
};

const serveUntilSignal = async (
  { first, hangups }: Pick<Signals, 'first'> & Pick<WatchedProcess, 'hangups'>,
  logger: Logger,
  ending: Ending,
): Promise<number> => {
  const startup = new AbortController();
  first.then((signal) => startup.abort(new InterruptedBySignal(signal)));
  const service = await startService({ env: process.env, log: logger.emit, abort: startup.signal });
  ending.startSucceeded();
  hangups.onEach(() => void service.reload());
  const { forced } = await service.stop(await first);
  await logger.flush(FLUSH_TIMEOUT_MS);
  return forced ? EXIT_CODES.SHUTDOWN_FORCED : OK;
};

interface Ending {
  /** From here on nothing is printed. */
  startSucceeded(): void;
  /** Flushes the log, then prints why the start failed: once, whatever else goes wrong. */
  report(error: unknown, flushTimeoutMs: number): Promise<void>;
  /** Reports and ends the process, whatever is still running. */
  exit(error: unknown, code: number): Promise<void>;
}

const createEnding = ({ flush }: Logger): Ending => {
  let printsReason = true;
  const startSucceeded = (): void => {
    printsReason = false;
  };
  const report: Ending['report'] = async (error, flushTimeoutMs) => {
    await flush(flushTimeoutMs);
    if (printsReason) process.stderr.write(`ticketd: ${reasonOf(error)}\n`);
    printsReason = false;
  };
  return {
    startSucceeded,
    report,
    exit: async (error, code) => {
      await report(error, SHORT_FLUSH_TIMEOUT_MS);
      process.exit(code);
    },
  };
};

const logUncaught = (error: unknown, { emit }: Logger): void =>
  emit('uncaught_error', { ...describeError(error), stack: stackOf(error) });
