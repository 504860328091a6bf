/** A count within its window. */
export interface Count {
  readonly count: number;
  /** Milliseconds until the window ends; the next window begins at one. */
  readonly endsInMs: number;
}

export interface FixedWindowCounter {
  /** Counts one more for `key`, in a window of `windowMs` milliseconds that began with the first. */
  count(key: string, windowMs: number): Count;
}

/** Counts in this process, for at most `max` keys: for another key it forgets the window that began first. */
export const createFixedWindowCounter = (
  max: number,
  now: () => number = () => performance.now(),
): FixedWindowCounter => {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();

  const begin = (key: string, windowMs: number) => {
    windows.delete(key);
    const [oldest] = windows.keys();
    if (windows.size >= max && oldest !== undefined) windows.delete(oldest);
    const window = { count: 0, endsAt: now() + windowMs };
    windows.set(key, window);
    return window;
  };

  return {
    count: (key, windowMs) => {
      const running = windows.get(key);
      const window = running !== undefined && running.endsAt > now() ? running : begin(key, windowMs);
      window.count += 1;
      return { count: window.count, endsInMs: window.endsAt - now() };
    },
  };
};
