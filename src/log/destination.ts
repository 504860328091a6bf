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

/** Writes the lines of one turn of the event loop together: a system call for each would cost more than what it tells of. */
export const linesOfATurn = (
  stream: Pick<NodeJS.WriteStream, 'write' | 'writableLength'>,
  max = MAX_BUFFERED_BYTES,
): LogDestination & Required<Pick<LogDestination, 'flush'>> => {
  let lines = '';

  const send = (done?: (error?: Error | null) => void): void => {
    const sent = lines;
    lines = '';
    stream.write(sent, done);
  };

  const sendRest = (): void => {
    if (lines !== '') send();
  };

  return {
    write: (line) => {
      if (stream.writableLength + lines.length >= max) return;
      if (lines === '') setImmediate(sendRest);
      lines += line;
    },
    flush: send,
  };
};
