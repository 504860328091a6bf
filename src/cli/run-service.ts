import { readLogSettings } from '../config/read-config.ts';
import { describeError } from '../log/describe-error.ts';
import { openDestination } from '../log/destination.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { createService } from '../service/service.ts';
import { InterruptedError } from '../startup/process-error.ts';
import { exitCodeOfSignal, OK } from './exit-codes.ts';
import { type Signals, watchSignals } from './signals.ts';

const FLUSH_TIMEOUT_MS = 250;
const HASTY_FLUSH_TIMEOUT_MS = 50;
const INTERNAL_ERROR = 70;
const FORCED = 124;

/** Runs the service until a signal ends it; resolves with the exit code, or rejects, once the log is out. */
export const runService = async (signals: Signals = watchSignals()): Promise<number> => {
  const { level, pretty } = readLogSettings(process.env, process.stdout.isTTY);
  const logger = createLogger({ level, destination: await openDestination(pretty) });
  endOnUncaught(logger);
  try {
    return await serveUntil(signals, logger);
  } finally {
    await logger.flush(FLUSH_TIMEOUT_MS);
  }
};

const serveUntil = async (signals: Signals, logger: Logger): Promise<number> => {
  const service = createService({ env: process.env, log: logger.emit });
  signals.second.then((signal) => exitAfterFlush(logger, exitCodeOfSignal(signal)));
  signals.first.then((signal) => service.abort(new InterruptedError(signal)));
  await service.start();
  const { forced } = await service.stop(await signals.first);
  return forced ? FORCED : OK;
};

const endOnUncaught = (logger: Logger): void => {
  process.on('uncaughtException', (error) => {
    logger.emit('uncaught_error', { ...describeError(error), stack: error.stack });
    void exitAfterFlush(logger, INTERNAL_ERROR);
  });
};

const exitAfterFlush = async (logger: Logger, code: number): Promise<void> => {
  await logger.flush(HASTY_FLUSH_TIMEOUT_MS);
  process.exit(code);
};
