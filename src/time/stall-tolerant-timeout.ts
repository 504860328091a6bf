/**
 * A timer that lets the event loop read its sockets before it fires: after a stall of our own the answer may be
 * waiting there, and Redis must not be blamed for it. Returns its cancellation.
 */
export const stallTolerantTimeout = (fire: () => void, ms: number): (() => void) => {
  let cancelled = false;
  const unlessCancelled = (next: () => void) => () => {
    if (!cancelled) next();
  };
  const timer = setTimeout(() => setImmediate(() => setImmediate(unlessCancelled(fire))), ms);
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
};
