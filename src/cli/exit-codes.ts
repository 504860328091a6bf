import { constants } from 'node:os';
import type { JwksUnavailable } from '../auth/remote-keys.ts';
import type { ConfigError } from '../config/config-error.ts';
import type { ListenFailed } from '../http/server/listener.ts';
import type { RedisUnreachable } from '../redis/connection.ts';
import { InterruptedError, type TimeLimitError } from '../startup/errors.ts';

/** The errors that a command reports in one line, without a stack trace. Any other error is an internal one. */
export type ExpectedError =
  | ConfigError
  | InterruptedBySignal
  | JwksUnavailable
  | ListenFailed
  | ProbeFailed
  | RedisUnreachable
  | TimeLimitError
  | UsageError;

/** A signal ended the command before it had done its work. */
export class InterruptedBySignal extends InterruptedError {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** `probe` got no 2xx response. */
export class ProbeFailed extends Error {
  override readonly name = 'ProbeFailed';
  readonly code = 'PROBE_FAILED';
}

/** The command line is wrong, in a way that only the command itself can see. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

type CodeWithRow = Exclude<ExpectedError['code'], 'INTERRUPTED'> | 'JWT_REFUSED' | 'REDIS_UNUSABLE' | 'WAIT_EXPIRED';

export const OK = 0;
export const INTERNAL_ERROR = 70;

/** The exit code of each error and of each other failure: 64 and 78 as in BSD's sysexits.h, 124 as timeout(1) has it. */
export const EXIT_CODES: Readonly<Record<CodeWithRow, number>> = {
  CONFIG_INVALID: 78,
  JWKS_UNAVAILABLE: 1,
  JWT_REFUSED: 78,
  LISTEN_FAILED: 1,
  PHASE_TIMEOUT: 1,
  PROBE_FAILED: 1,
  REDIS_UNREACHABLE: 1,
  REDIS_UNUSABLE: 2,
  SHUTDOWN_FORCED: 124,
  STARTUP_TIMEOUT: 1,
  USAGE: 64,
  WAIT_EXPIRED: 124,
};

export const exitCodeOf = (error: unknown): number => {
  if (!isExpected(error)) return INTERNAL_ERROR;
  return error.code === 'INTERRUPTED' ? exitCodeOfSignal(error.signal) : EXIT_CODES[error.code];
};

// By code, not by class: the classes would load Redis and HTTP with every command.
export const isExpected = (error: unknown): error is ExpectedError =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'INTERRUPTED' || Object.hasOwn(EXIT_CODES, String(error.code)));

/** 128 and the signal's number, as shells have it. */
export const exitCodeOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
