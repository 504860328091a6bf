import { type DestinationStream, type Level, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { version } from '../version.ts';
import { type Emit, type EventName, events } from './events.ts';
import { isClean, scrub } from './scrub.ts';

export interface Logger {
  readonly emit: Emit;
  /** Waits until every line has left the process, at most `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

export interface LoggerOptions {
  readonly level: Level | 'silent';
  readonly destination: LogDestination;
}

/** Where lines go; `flush` calls back once all of them are written. */
export interface LogDestination extends DestinationStream {
  flush?(done: (error?: Error | null) => void): void;
}

/** Writes each event as one JSON line: level as a word, time in ISO 8601, every string scrubbed. */
export const createLogger = ({ level, destination }: LoggerOptions): Logger => {
  const root = pino(
    {
      level,
      base: { service: 'ticketd', version },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const loggers: { [E in EventName]?: PinoLogger } = {};

  // One for each event, which holds its name as text ready to be written.
  const loggerOf = (event: EventName): PinoLogger => {
    loggers[event] ??= root.child({ event });
    return loggers[event];
  };

  return {
    emit: (event, fields) => {
      const { level, msg } = events[event];
      if (!root.isLevelEnabled(level)) return;
      loggerOf(event)[level](scrubbed(fields), msg);
      // What went wrong is told before anybody is answered.
      if (URGENT.has(level)) destination.flush?.(() => {});
    },
    flush: (timeoutMs) => flushed(destination, timeoutMs),
  };
};

const URGENT: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);

const scrubbed = (fields: object): object => {
  if (Object.values(fields).every((value) => typeof value !== 'string' || isClean(value))) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]),
  );
};

const flushed = (destination: LogDestination, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (destination.flush === undefined) return resolve();
    const timer = setTimeout(resolve, timeoutMs);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
