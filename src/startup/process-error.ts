/** Why a command ended without success; the closed list behind the exit codes. */
export type ProcessErrorCode =
  | 'INTERRUPTED'
  | 'JWKS_UNAVAILABLE'
  | 'LISTEN_FAILED'
  | 'PHASE_TIMEOUT'
  | 'PROBE_FAILED'
  | 'REDIS_UNREACHABLE'
  | 'REDIS_UNUSABLE'
  | 'SHUTDOWN_FORCED'
  | 'STARTUP_TIMEOUT'
  | 'USAGE'
  | 'WAIT_EXPIRED';

/** An expected failure of a whole command: told in one line, without a stack trace. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';
  readonly code: ProcessErrorCode;

  constructor(code: ProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A signal asked the process to end before it had done its work. */
export class InterruptedError extends ProcessError {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super('INTERRUPTED', `interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** By name, not by class: every bundle of the build has classes of its own. */
export const isProcessError = (error: unknown): error is ProcessError =>
  error instanceof Error && error.name === 'ProcessError';

export const isInterruptedError = (error: unknown): error is InterruptedError =>
  isProcessError(error) && error.code === 'INTERRUPTED';
