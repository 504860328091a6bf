import type { Emit, EventFields, EventName } from './events.ts';

const EVERY_MS = 10_000;
// No other event follows them.
const LAST_EVENTS: ReadonlySet<EventName> = new Set(['server_stopped', 'server_stop_forced']);

type Rejection = EventFields<'auth_rejected'>;

interface Period {
  readonly timer: NodeJS.Timeout;
  /** The latest rejection of the period, with the number of all that are not logged yet. */
  unlogged: Rejection | undefined;
}

/**
 * Passes on `auth_rejected` at most once in 10 s for each reason, and every other event: the first rejection immediately,
 * those of the next 10 s as one with their number. What is left when the service stops comes before its last event.
 */
export const summarizeRejections = (emit: Emit): Emit => {
  const periods = new Map<string, Period>();

  const log = (rejection: Rejection): void => {
    const { reason } = rejection;
    periods.set(reason, { timer: setTimeout(() => end(reason), EVERY_MS).unref(), unlogged: undefined });
    emit('auth_rejected', rejection);
  };

  const end = (reason: string): void => {
    const period = periods.get(reason);
    periods.delete(reason);
    clearTimeout(period?.timer);
    if (period?.unlogged !== undefined) log(period.unlogged);
  };

  const add = (rejection: Rejection): void => {
    const period = periods.get(rejection.reason);
    if (period === undefined) log(rejection);
    else period.unlogged = { ...rejection, count: rejection.count + (period.unlogged?.count ?? 0) };
  };

  return (event, fields) => {
    if (event === 'auth_rejected') return add(fields as Rejection);
    if (LAST_EVENTS.has(event)) for (const reason of [...periods.keys()]) end(reason);
    emit(event, fields);
  };
};
