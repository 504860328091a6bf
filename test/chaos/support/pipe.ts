import type { Socket } from 'node:net';

/** Which way bytes go: from the client, or back from the server. */
export type Direction = 'requests' | 'replies';

export interface PipeOptions {
  /** The directions that are stalled now. */
  readonly held: ReadonlySet<Direction>;
  readonly delayMs: () => number;
  /** Asked about each piece as it is to be passed on: whether it is. */
  readonly meets: (chunk: Buffer) => boolean;
}

export interface Pipe {
  /** Passes on what may pass now. */
  flush(): void;
}

/** Passes bytes from one socket to the other, in order, unless their direction is held; an end or a break with them. */
export const createPipe = (from: Socket, to: Socket, direction: Direction, options: PipeOptions): Pipe => {
  const { held, delayMs, meets } = options;
  const waiting: { readonly dueAt: number; readonly pass: () => void }[] = [];

  const flush = () => {
    for (let [next] = waiting; next !== undefined && !held.has(direction); [next] = waiting) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        setTimeout(flush, Math.ceil(waitMs));
        return;
      }
      waiting.shift();
      next.pass();
    }
  };

  const enqueue = (pass: () => void) => {
    waiting.push({ dueAt: performance.now() + delayMs(), pass });
    flush();
  };

  from.on('data', (chunk) =>
    enqueue(() => {
      if (meets(chunk) && to.writable) to.write(chunk);
    }),
  );
  from.once('end', () => enqueue(() => to.end()));
  from.once('close', () =>
    enqueue(() => {
      // One that is ending in order is left to it.
      if (!to.writableEnded) to.destroy();
    }),
  );
  return { flush };
};
