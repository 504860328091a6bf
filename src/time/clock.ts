/** Milliseconds since an instant of `performance.now()`, to a hundredth. */
export const since = (startedAt: number): number => Math.round((performance.now() - startedAt) * 100) / 100;

/**
 * Resolves after `ms` milliseconds, or as soon as `signal` aborts. With `keepsAlive: false` the process may exit before.
 */
export const pause = (ms: number, signal: AbortSignal, { keepsAlive = true } = {}): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!keepsAlive) timer.unref();
    signal.addEventListener('abort', end, { once: true });
  });
