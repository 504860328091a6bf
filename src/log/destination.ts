import type { LogDestination } from './logger.ts';

// A reader that stalls loses lines, so that the service does not run out of memory.
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Standard output: JSON lines, or a readable format for a developer at a terminal. */
export const openDestination = async (pretty: boolean): Promise<LogDestination> => {
  if (!pretty) return jsonLines();
  const { prettyLines } = await import('./pretty.ts');
  return prettyLines();
};

// Node's own stream, since pino's destination does not wait in flush(), and its writer thread keeps the process from
// exiting while the reader stalls.
const jsonLines = (): LogDestination => {
  const stream: NodeJS.WriteStream = process.stdout;
  // A reader that closes the pipe must not end the service.
  stream.on('error', () => {});
  return batchLines(stream);
};

type Output = Pick<NodeJS.WriteStream, 'write' | 'writableLength' | 'once'>;

/** Writes the lines of one turn of the event loop together: a system call for each costs more than a request. */
export const batchLines = (
  stream: Output,
  max = MAX_BUFFERED_BYTES,
): LogDestination & Required<Pick<LogDestination, 'flush' | 'onDropped'>> => {
  let lines = '';
  let dropped = 0;
  let report = (_count: number): void => {};

  const send = (done?: (error?: Error | null) => void): void => {
    const batch = lines;
    lines = '';
    stream.write(batch, done);
  };

  const sendRest = (): void => {
    if (lines !== '') send();
  };

  const reportDropped = (): void => {
    if (dropped === 0) return;
    const count = dropped;
    dropped = 0;
    report(count);
  };

  const drop = (): void => {
    // If no other line follows, the count is logged once the reader has caught up.
    if (dropped === 0) stream.once('drain', reportDropped);
    dropped += 1;
  };

  return {
    write: (line) => {
      if (stream.writableLength + lines.length >= max) return drop();
      // Where the missing lines would be.
      reportDropped();
      if (lines === '') setImmediate(sendRest);
      lines += line;
    },
    flush: send,
    onDropped: (listener) => {
      report = listener;
    },
  };
};
