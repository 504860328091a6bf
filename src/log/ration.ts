import type { Emit } from './events.ts';

const PROBE_EVERY_MS = 10_000;

/** Lets `readiness_redis_down` through once when an outage begins and then at most every 10 s, all else as it comes. */
export const rationed = (emit: Emit): Emit => {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (event, fields) => {
    if (event === 'redis_down') quietUntil = Number.NEGATIVE_INFINITY;
    if (event === 'readiness_redis_down') {
      if (performance.now() < quietUntil) return;
      quietUntil = performance.now() + PROBE_EVERY_MS;
    }
    emit(event, fields);
  };
};
