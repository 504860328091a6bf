import { describeError } from '../log/describe-error.ts';
import type { Emit, EventFields } from '../log/events.ts';
import { type Hangups, type Signals, watchHangups, watchSignals } from './signals.ts';

/** What `serve` handles from the first moment of its process. */
export interface WatchedProcess {
  readonly signals: Signals;
  readonly hangups: Hangups;
  readonly libraryOutput: LibraryOutput;
}

/** What libraries and Node.js would print. */
export interface LibraryOutput {
  /** Logs all of it: what was printed so far, and what follows. */
  logTo(emit: Emit): void;
}

export const watchProcess = (): WatchedProcess => ({
  signals: watchSignals(),
  hangups: watchHangups(),
  libraryOutput: watchLibraryOutput(),
});

const METHODS = ['debug', 'dir', 'error', 'info', 'log', 'warn'] as const;

type Printers = Pick<Console, (typeof METHODS)[number]>;

/** Takes over the console and the warnings of Node.js: a reader of the log expects nothing but its JSON lines. */
export const watchLibraryOutput = (
  printers: Printers = console,
  warnings: NodeJS.EventEmitter = process,
): LibraryOutput => {
  const waiting: EventFields<'library_output'>[] = [];
  const isDue = limitTexts();
  let log = (line: EventFields<'library_output'>): void => void waiting.push(line);

  const report = (source: string, values: readonly unknown[]): void => {
    const text = values.map(textOf).join(' ');
    if (text !== '' && isDue(text)) log({ source, text });
  };
  for (const method of METHODS) printers[method] = (...values: unknown[]) => report(`console.${method}`, values);
  // Node's own listener prints them.
  warnings.removeAllListeners('warning').on('warning', (warning) => report(warning.name, [warning]));
  // The package depd, which Koa uses, prints them if nothing listens.
  warnings.on('deprecation', (warning) => report(warning.name, [warning]));

  return {
    logTo: (emit) => {
      log = (line) => emit('library_output', line);
      waiting.splice(0).forEach(log);
    },
  };
};

// The logger cuts a text further, but only after it has redacted all of it.
const MAX_CHARACTERS = 4096;
const STACK = /\n +at .*/g;

// Of an object nothing: the fields of an error, for example, can contain the arguments of a Redis command.
const textOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value : describeError(value).error;
  return text.slice(0, MAX_CHARACTERS).replaceAll(STACK, '').replaceAll(/\s+/g, ' ').trim();
};

const PERIOD_MS = 60_000;
const MAX_TEXTS = 10;

/** Each text once a minute, at most ten of them: a library may print something for every connection or request. */
const limitTexts = (): ((text: string) => boolean) => {
  const seen = new Set<string>();
  let endsAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (performance.now() >= endsAt) {
      seen.clear();
      endsAt = performance.now() + PERIOD_MS;
    }
    if (seen.has(text) || seen.size >= MAX_TEXTS) return false;
    seen.add(text);
    return true;
  };
};
