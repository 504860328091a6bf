/** One step of a start-up; `T` is what it makes. */
export interface Phase<T> {
  readonly name: string;
  /** The phase's own time limit, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Makes the phase optional: when it fails, the start-up continues in degraded mode with this value, and the phase
   * retries by itself. Without it (`undefined`) the phase is required.
   */
  readonly fallback?: T | undefined;
  /** Resolves once the phase is done; when `signal` aborts, it ends early and rejects with the real cause. */
  start(signal: AbortSignal): Promise<T> | T;
  /**
   * Undoes `start`, also one that failed or was aborted half-way; safe to call twice.
   * When `signal` aborts, it stops by force and rejects with a list of what was still pending.
   */
  stop?(signal: AbortSignal): Promise<void> | void;
}

export type PhaseOutcome = 'ok' | 'failed' | 'timed-out';

/** How one phase started. */
export interface PhaseRecord {
  readonly phase: string;
  readonly outcome: PhaseOutcome;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly error?: unknown;
}

/** How one phase stopped. */
export interface StopRecord {
  readonly phase: string;
  readonly outcome: PhaseOutcome;
  readonly durationMs: number;
  readonly error?: unknown;
}

/** What a start-up and its stop report while they run. */
export type StartupEvent =
  | { readonly type: 'phase-start'; readonly phase: string; readonly timeoutMs: number }
  | ({ readonly type: 'phase-end' } & PhaseRecord)
  | ({ readonly type: 'phase-stopped' } & StopRecord);
