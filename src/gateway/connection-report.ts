import { type Emit, events } from '../log/events.ts';
import { scrub } from '../protocol/redact.ts';
import { type ConnectionEvent, connectionEvents, type EventListener } from './events.ts';

/** Passes the log events of the Redis connection on to the listener of the gateway, scrubbed as in a log line. */
export const reportConnection =
  (report: EventListener): Emit =>
  (event, fields) => {
    if (!isConnectionEvent(event)) return;
    const { level } = events[event];
    const clean = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? scrub(value) : value,
    ]);
    report({ ...Object.fromEntries(clean), event, level });
  };

const isConnectionEvent = (event: string): event is ConnectionEvent =>
  connectionEvents.some((known) => known === event);
