import prettyStream from 'pino-pretty';
import type { LogDestination } from './logger.ts';

/** A destination that formats lines for a developer. */
export const prettyLines = (): LogDestination =>
  prettyStream({
    sync: true,
    singleLine: true,
    ignore: 'pid,hostname,service,version,event',
    messageFormat: '{event}: {msg}',
  });
