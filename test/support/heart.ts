import type { SinonFakeTimers } from 'sinon';
import { createHeartbeat, type Heartbeat } from '../../src/redis/heartbeat.ts';
import { passTime } from './frozen-time.ts';

export interface Heart {
  readonly heartbeat: Heartbeat;
  /** `write`, `written`, `error MESSAGE`, `slow` and `dead`, each with its millisecond. */
  readonly journal: readonly string[];
  /** Resolves the oldest open write. */
  reply(): void;
  fail(message: string): void;
  /** Moves time, in steps small enough for each event to be recorded when it happens. */
  pass(ms: number): Promise<void>;
}

/** A heartbeat on a frozen clock; the test replies to its writes. */
export const createHeart = (clock: SinonFakeTimers): Heart => {
  const journal: string[] = [];
  const open: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const record = (what: string) => void journal.push(`${what} ${performance.now()}`);
  const heartbeat = createHeartbeat({
    intervalMs: 500,
    write: () =>
      new Promise<void>((resolve, reject) => {
        record('write');
        open.push({ resolve, reject });
      }),
    onWritten: () => record('written'),
    onError: (error) => record(`error ${(error as Error).message}`),
    onSlow: () => record('slow'),
    onDead: () => record('dead'),
  });
  return {
    heartbeat,
    journal,
    reply: () => open.shift()?.resolve(),
    fail: (message) => open.shift()?.reject(new Error(message)),
    pass: (ms) => passTime(clock, ms),
  };
};
