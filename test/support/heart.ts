import type { SinonFakeTimers } from 'sinon';
import { createHeartbeat, type Heartbeat } from '../../src/redis/heartbeat.ts';
import { passTime } from './frozen-time.ts';

export interface Heart {
  readonly heartbeat: Heartbeat;
  /** `write`, `answer`, `error MESSAGE`, `late` and `dead`, each with the millisecond it came at. */
  readonly journal: readonly string[];
  /** Settles the oldest write that is open. */
  answer(): void;
  fail(message: string): void;
  /** Moves time, in steps small enough for each thing to be told when it happens. */
  pass(ms: number): Promise<void>;
}

/** A heartbeat on a clock that stands still, whose writes are answered by hand. */
export const createHeart = (clock: SinonFakeTimers): Heart => {
  const journal: string[] = [];
  const open: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const tell = (what: string) => void journal.push(`${what} ${performance.now()}`);
  const heartbeat = createHeartbeat({
    write: () =>
      new Promise<void>((resolve, reject) => {
        tell('write');
        open.push({ resolve, reject });
      }),
    onWritten: () => tell('answer'),
    onError: (error) => tell(`error ${(error as Error).message}`),
    onSlow: () => tell('late'),
    onDead: () => tell('dead'),
  });
  return {
    heartbeat,
    journal,
    answer: () => open.shift()?.resolve(),
    fail: (message) => open.shift()?.reject(new Error(message)),
    pass: (ms) => passTime(clock, ms),
  };
};
