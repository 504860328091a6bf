import prettyStream from 'pino-pretty';
import type { LogDestination } from './logger.ts';

/** Lines for a developer's eyes. */
export const prettyLines = (): LogDestination =>
  prettyStream({
    sync: true,
    singleLine: true,
    ignore: 'pid,hostname,service,version,event',
    messageFormat: '{event}: {msg}',
  });
