import { constants } from 'node:os';
import { isConfigError } from '../config/config-error.ts';
import { isInterruptedError, isProcessError, type ProcessErrorCode } from '../startup/process-error.ts';

export const OK = 0;
const INTERNAL_ERROR = 70;
const CONFIG_INVALID = 78;

/** What the process exits with, by why it failed; 64, 70 and 78 as in BSD's sysexits.h, 124 as timeout(1) has it. */
const exitCodes: Readonly<Record<Exclude<ProcessErrorCode, 'INTERRUPTED'>, number>> = {
  JWKS_UNAVAILABLE: 1,
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
  if (isConfigError(error)) return CONFIG_INVALID;
  if (isInterruptedError(error)) return exitCodeOfSignal(error.signal);
  if (!isProcessError(error) || error.code === 'INTERRUPTED') return INTERNAL_ERROR;
  return exitCodes[error.code];
};

/** 128 and the signal's number, as shells have it. */
export const exitCodeOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
