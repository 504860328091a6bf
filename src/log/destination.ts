import { pino } from 'pino';
import type { LogDestination } from './logger.ts';

const STDOUT = 1;
// A reader that stalls must cost lines, not the service its memory.
const MAX_BUFFERED_CHARACTERS = 8 * 1024 * 1024;

/** Standard output: JSON lines, or a readable form for a developer at a terminal. */
export const openDestination = async (pretty: boolean): Promise<LogDestination> => {
  if (!pretty) return pino.destination({ dest: STDOUT, sync: false, maxLength: MAX_BUFFERED_CHARACTERS });
  const { default: prettyStream } = await import('pino-pretty');
  return prettyStream({ sync: true, ignore: 'pid,hostname,service,version,event', messageFormat: '{event}: {msg}' });
};
