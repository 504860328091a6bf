import { type DestinationStream, type Level, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { version } from '../config/version.ts';
import { isClean, scrub } from '../protocol/redact.ts';
import { within } from '../time/timeouts.ts';
import { type Emit, type EventName, events } from './events.ts';
import { createReadableStack, type ReadableStack } from './stack.ts';

export interface Logger {
  readonly emit: Emit;
  /** Waits until every line has left the process, at most `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

export interface LoggerOptions {
  readonly level: Level | 'silent';
  readonly destination: LogDestination;
}

/** Where log lines are written; `flush` calls back when all of them are. */
export interface LogDestination extends DestinationStream {
  /** Sets the listener that gets the number of dropped lines, when lines are written again. */
  onDropped?(report: (count: number) => void): void;
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

  const readyForLog = fieldFitter(createReadableStack());

  // One for each event, so that its name is serialized once.
  const loggerOf = (event: EventName): PinoLogger => {
    loggers[event] ??= root.child({ event });
    return loggers[event];
  };

  const emit: Emit = (event, fields) => {
    const { level, msg } = events[event];
    if (!root.isLevelEnabled(level)) return;
    loggerOf(event)[level](readyForLog(fields), msg);
    // An error is logged before its response is sent.
    if (URGENT.has(level)) destination.flush?.(() => {});
  };

  destination.onDropped?.((count) => emit('log_lines_dropped', { count }));
  return { emit, flush: (timeoutMs) => flushed(destination, timeoutMs) };
};

const URGENT: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);

/** Returns fields with every string scrubbed; most fields need no change. */
const fieldFitter = (readableStack: ReadableStack) => {
  const cleanField = ([name, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== 'string') return [name, value];
    return [name, name === 'stack' ? readableStack(value) : scrub(value)];
  };
  return (fields: object): object => {
    const entries = Object.entries(fields);
    const isFit = entries.every(([name, value]) => typeof value !== 'string' || (name !== 'stack' && isClean(value)));
    return isFit ? fields : Object.fromEntries(entries.map(cleanField));
  };
};

// A destination that hangs or fails must not keep the process from ending.
const flushed = async (destination: LogDestination, timeoutMs: number): Promise<void> => {
  if (destination.flush === undefined) return;
  const written = () => new Promise<void>((resolve) => destination.flush?.(() => resolve()));
  await within(timeoutMs, written).catch(() => {});
};
