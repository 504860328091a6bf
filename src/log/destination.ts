import { pino } from 'pino';
import type { LogDestination } from './logger.ts';

const STDOUT = 1;
// A reader that stalls must cost lines, not the service its memory.
const MAX_BUFFERED_CHARACTERS = 8 * 1024 * 1024;

/** Standard output: JSON lines, or a readable form for a developer at a terminal. */
export const openDestination = async (pretty: boolean): Promise<LogDestination> => {
  if (!pretty) return jsonLines();
  const { default: prettyStream } = await import('pino-pretty');
  return prettyStream({ sync: true, ignore: 'pid,hostname,service,version,event', messageFormat: '{event}: {msg}' });
};

// Without flushSync, which pino would call at a fatal line and so put it before lines that are still being written.
const jsonLines = (): LogDestination => {
  const stream = pino.destination({ dest: STDOUT, sync: false, maxLength: MAX_BUFFERED_CHARACTERS });
  return { write: (line) => void stream.write(line), flush: (done) => stream.flush(done) };
};
