import { codedError } from '../protocol/coded-error.ts';

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

/**
 * The result of `work`. After `timeoutMs` milliseconds, or when `outer` aborts, it aborts the signal of the work and
 * rejects with the signal's reason, whether the work reacts or not: an `ETIMEDOUT` error, or the reason of `outer`.
 */
export const within = async <T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> => {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', abort, { once: true });
  const cancelTimeout = stallTolerantTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([work(signal), rejectionOnAbort(signal)]);
  } finally {
    cancelTimeout();
    outer?.removeEventListener('abort', abort);
  }
};

const rejectionOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const timeoutError = (timeoutMs: number): Error => codedError('ETIMEDOUT', `timed out after ${timeoutMs} ms`);
