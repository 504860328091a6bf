/** One step of the start-up, as a value. */
export interface Phase {
  readonly name: string;
  /** The phase's own time limit, in milliseconds. */
  readonly timeoutMs: number;
  /** `false`: when this phase fails the start-up goes on, degraded, and the phase keeps trying by itself. */
  readonly required?: boolean;
  /** Resolves once the phase is done; ends early, rejecting with the real cause, when `signal` aborts. */
  start(signal: AbortSignal): Promise<void> | void;
  /**
   * Undoes `start`, also one that failed or was cut off half-way; safe to call twice.
   * When `signal` aborts it lets go by force and rejects, saying what was still pending.
   */
  stop?(signal: AbortSignal): Promise<void> | void;
}

export type PhaseOutcome = 'ok' | 'failed' | 'timed-out';

/** What became of one phase: kept after start-up, told to whoever watches. */
export interface PhaseRecord {
  readonly phase: string;
  readonly outcome: PhaseOutcome;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly error?: unknown;
}

/** What became of stopping one phase. */
export interface StopRecord {
  readonly phase: string;
  readonly outcome: PhaseOutcome;
  readonly durationMs: number;
  readonly error?: unknown;
}

/** What an orchestrator tells while it works; formatted elsewhere. */
export type StartupEvent =
  | { readonly type: 'phase-start'; readonly phase: string; readonly timeoutMs: number }
  | ({ readonly type: 'phase-end' } & PhaseRecord)
  | ({ readonly type: 'phase-stopped' } & StopRecord);
