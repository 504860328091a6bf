/** Milliseconds since an instant of `performance.now()`, to a hundredth. */
export const since = (startedAt: number): number => Math.round((performance.now() - startedAt) * 100) / 100;

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
