/**
 * Calls `fire` after `ms` milliseconds, but lets the event loop read its sockets first: after a stall of this process
 * the reply may be waiting there, and the server is not to blame. Returns a function that cancels it.
 */
export const stallTolerantTimeout = (fire: () => void, ms: number): (() => void) => {
  let cancelled = false;
  const fireUnlessCancelled = () => {
    if (!cancelled) fire();
  };
  const timer = setTimeout(() => setImmediate(() => setImmediate(fireUnlessCancelled)), ms);
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
};
