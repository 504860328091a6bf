const TIMEOUT_MS = 10_000;
const POLL_MS = 10;

/** What keeps this process alive: how many of each kind, such as TCPServerWrap. */
export const openResources = (): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
};

/** Waits until no more is open than `before`; rejects with what the tests of a file left open. */
export const untilClosed = async (file: string, before: ReadonlyMap<string, number>): Promise<void> => {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    // Before the pause, whose own timer counts, too.
    const left = leftOpen(before);
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${file} left open: ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const leftOpen = (before: ReadonlyMap<string, number>): readonly string[] =>
  [...openResources()]
    .map(([kind, count]) => ({ kind, more: count - (before.get(kind) ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ kind, more }) => `${more} ${kind}`);
