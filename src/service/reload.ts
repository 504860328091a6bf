import { type ConfigError, isConfigError } from '../config/config-error.ts';
import { readConfig } from '../config/read-config.ts';
import {
  changedFiles,
  changedNames,
  type FileDigests,
  problemOfChange,
  readFileDigests,
} from '../config/reloadable.ts';
import type { Environment } from '../config/sources.ts';
import type { Config } from '../config/variables.ts';
import type { Emit } from '../log/events.ts';
import { pause } from '../time/clock.ts';

export interface ReloadOptions {
  readonly env: Environment;
  /** What is in force at the start. */
  readonly config: Config;
  /** Puts another configuration in force; it must not throw. */
  readonly apply: (config: Config) => void;
  /** Fetches what identity providers publish. */
  readonly refreshKeys: () => Promise<void>;
  readonly emit: Emit;
}

/** Reads secrets and keys again while ticketd runs. */
export interface Reload {
  /** Fetches the published keys, reads all files, and logs the result. */
  now(): Promise<void>;
  /** Reads them if a file has changed. */
  ifChanged(): Promise<void>;
  close(): void;
}

const LOOK_EVERY_MS = 5_000;
/** A file that is still being written differs after this time. */
const SETTLE_MS = 250;
const STILL_CHANGING = 'the files are still changing: ticketd reads them again';
const NO_FILES: FileDigests = new Map();

/**
 * Reads the files again every five seconds, and on demand. All or nothing: while any value is invalid, or a file is still
 * changing, the old values stay in force.
 */
export const createReload = ({ env, config: initial, apply, refreshKeys, emit }: ReloadOptions): Reload => {
  const closed = new AbortController();
  let config = initial;
  let seen = NO_FILES;
  let isSettled = true;
  let reading: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const logFailure = (names: readonly string[], error: string, errorCode: string) =>
    emit('config_reload_fail', { names: names.join(', '), error, errorCode });

  const replace = (next: Config, isAsked: boolean): void => {
    const names = changedNames(config, next);
    const problem = problemOfChange(config, next);
    if (problem !== undefined) {
      logFailure([problem.name], `${problem.name}: ${problem.problem}`, 'RESTART_NEEDED');
      return;
    }
    if (names.length === 0 && !isAsked) return;
    apply(next);
    config = next;
    emit('config_reloaded', { names: names.join(', ') });
    if (!isAsked) void refreshKeys();
  };

  const read = async (digests: FileDigests, isAsked: boolean): Promise<void> => {
    const result = await readConfig(env).catch(configErrorIn);
    await pause(SETTLE_MS, closed.signal);
    const unsettled = changedFiles(digests, await readFileDigests(env));
    if (closed.signal.aborted) return;
    const wasSettled = isSettled;
    isSettled = unsettled.length === 0;
    if (isSettled) seen = digests;
    if (!isSettled && wasSettled) logFailure(unsettled, STILL_CHANGING, 'FILES_CHANGING');
    else if (isSettled && 'problems' in result) logFailure(namesIn(result), result.message, result.code);
    else if (isSettled && !('problems' in result)) replace(result, isAsked);
  };

  // A failure is logged once for each content of the files.
  const readIfChanged = async (): Promise<void> => {
    const digests = await readFileDigests(env);
    if (changedFiles(seen, digests).length > 0) await read(digests, false);
  };

  /** One after the other, so that an older reading never replaces a newer one. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = reading.then(work);
    reading = next.catch(() => {});
    return next;
  };

  const lookAgain = (): void => {
    if (closed.signal.aborted) return;
    const ms = isSettled ? LOOK_EVERY_MS : SETTLE_MS;
    timer = setTimeout(() => void inTurn(readIfChanged).then(lookAgain), ms).unref();
  };
  lookAgain();

  return {
    now: () => {
      // Whatever the files contain: operators ask for it when a provider has withdrawn a key.
      void refreshKeys();
      return inTurn(async () => read(await readFileDigests(env), true));
    },
    ifChanged: () => inTurn(readIfChanged),
    close: () => {
      closed.abort();
      clearTimeout(timer);
    },
  };
};

const configErrorIn = (error: unknown): ConfigError => {
  if (isConfigError(error)) return error;
  throw error;
};

const namesIn = ({ problems }: ConfigError): readonly string[] => [...new Set(problems.map(({ name }) => name))];
