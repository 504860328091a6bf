import { type DestinationStream, type Level, pino, stdTimeFunctions } from 'pino';
import { version } from '../version.ts';
import { type Emit, events } from './events.ts';
import { scrub } from './scrub.ts';

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
  const logger = pino(
    {
      level,
      base: { service: 'ticketd', version },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    emit: (event, fields) => {
      const { level, msg } = events[event];
      if (logger.isLevelEnabled(level)) logger[level]({ event, ...scrubbed(fields) }, msg);
    },
    flush: (timeoutMs) => flushed(destination, timeoutMs),
  };
};

const scrubbed = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]),
  );

const flushed = (destination: LogDestination, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (destination.flush === undefined) return resolve();
    const timer = setTimeout(resolve, timeoutMs);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
