import type { Emit, EventName } from './events.ts';

// Each can come with every request of a caller that does not stop asking.
const EVERY_MS: ReadonlyMap<EventName, number> = new Map([
  ['readiness_redis_down', 10_000],
  ['forward_auth_untrusted', 10_000],
  ['request_shed', 10_000],
  ['connection_dropped', 10_000],
]);

/** Lets some events through once and then at most every so often, all else as it comes; an outage begins the count anew. */
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
