/** What one more made of a count. */
export interface Count {
  readonly count: number;
  /** Milliseconds until the window ends, and the next count begins at one. */
  readonly endsInMs: number;
}

export interface Windows {
  /** Counts one more for `key`, in a window of `windowMs` milliseconds that began with the first. */
  count(key: string, windowMs: number): Count;
}

/** Counts in this process, for at most `max` keys: beyond that the window that began first gives way. */
export const createWindows = (max: number, now: () => number = () => performance.now()): Windows => {
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
