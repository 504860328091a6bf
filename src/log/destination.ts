import type { LogDestination } from './logger.ts';

// A reader that stalls must cost lines, not the service its memory.
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Standard output: JSON lines, or a readable form for a developer at a terminal. */
export const openDestination = async (pretty: boolean): Promise<LogDestination> => {
  if (!pretty) return jsonLines();
  const { prettyLines } = await import('./pretty.ts');
  return prettyLines();
};

// Node's own stream rather than pino's destination, whose flush() does not wait, and whose writes in a thread keep the
// process from exiting while nobody reads.
const jsonLines = (): LogDestination => {
  const stream: NodeJS.WriteStream = process.stdout;
  // A reader that has gone must not end the service.
  stream.on('error', () => {});
  return linesOfATurn(stream);
};

type Output = Pick<NodeJS.WriteStream, 'write' | 'writableLength' | 'once'>;

/** Writes the lines of one turn of the event loop together: a system call for each would cost more than what it tells of. */
export const linesOfATurn = (
  stream: Output,
  max = MAX_BUFFERED_BYTES,
): LogDestination & Required<Pick<LogDestination, 'flush' | 'onDropped'>> => {
  let lines = '';
  let dropped = 0;
  let report = (_count: number): void => {};

  const send = (done?: (error?: Error | null) => void): void => {
    const sent = lines;
    lines = '';
    stream.write(sent, done);
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
    // Where no other line follows, the number is still logged once the reader has caught up.
    if (dropped === 0) stream.once('drain', reportDropped);
    dropped += 1;
  };

  return {
    write: (line) => {
      if (stream.writableLength + lines.length >= max) return drop();
      // In the place of the lines that are missing.
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
