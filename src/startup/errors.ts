/** A time limit of the start-up or the shutdown that ran out. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
  readonly code: 'PHASE_TIMEOUT' | 'STARTUP_TIMEOUT' | 'SHUTDOWN_FORCED';

  constructor(code: TimeLimitError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The caller ended a start-up before it was done: not a failure of the phase that was running. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'INTERRUPTED';
}
