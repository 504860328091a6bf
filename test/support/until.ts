const POLL_MS = 10;

/** Waits until `holds` answers with something true and resolves with it; rejects with `what` when the time is over. */
export const until = async <T>(
  what: string,
  holds: () => T | Promise<T>,
  timeoutMs = 25_000,
): Promise<NonNullable<T>> => {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (performance.now() > giveUpAt) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
