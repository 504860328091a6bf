import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';

const PRIORITY = -10;

/** Lets a server run before all else, where that is allowed: on a busy machine it would look like one that hangs. */
export const runPromptly = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // Root alone may.
  }
};
