import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The wall clock of the processes that are started with `env`. */
export interface Clock {
  readonly env: Readonly<Record<string, string>>;
  /** Sets the clock so many seconds ahead of this machine's, also while the processes run. */
  setAhead(seconds: number): void;
  remove(): void;
}

// libc's malloc before jemalloc's, which asks for the time while libfaketime is still being loaded (redis-server).
const PRELOAD = '/usr/$LIB/faketime/libfaketime.so.1 libc.so.6';

/** A clock that a test sets, by libfaketime; timers go by the monotonic clock, which stays true. */
export const createClock = (secondsAhead = 0): Clock => {
  const directory = mkdtempSync(join(tmpdir(), 'ticketd-clock-'));
  const file = join(directory, 'offset');
  const setAhead = (seconds: number): void => {
    // Renamed into place, since the processes may read at any moment.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  setAhead(secondsAhead);
  return {
    env: {
      LD_PRELOAD: PRELOAD,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setAhead,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};
