import type { Emit, EventName } from './events.ts';

// A caller can cause one of these with every request.
const EVERY_MS: ReadonlyMap<EventName, number> = new Map([
  ['readiness_redis_down', 10_000],
  ['forward_auth_untrusted', 10_000],
  ['request_shed', 10_000],
  ['connection_dropped', 10_000],
]);

/** Passes on each of these events at most once in its period, and every other event; a new outage resets the period. */
export const throttleEvents = (emit: Emit): Emit => {
  const quietUntil = new Map<EventName, number>();
  return (event, fields) => {
    if (event === 'redis_down') quietUntil.delete('readiness_redis_down');
    const everyMs = EVERY_MS.get(event);
    if (everyMs !== undefined) {
      if (performance.now() < (quietUntil.get(event) ?? Number.NEGATIVE_INFINITY)) return;
      quietUntil.set(event, performance.now() + everyMs);
    }
    emit(event, fields);
  };
};
