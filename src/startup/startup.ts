import { TimeLimitError } from './errors.ts';
import type { Phase, PhaseRecord, StartupEvent, StopRecord } from './phase.ts';
import { type Limit, type PhaseRun, runWithin } from './phase-run.ts';
import { stopPhases } from './stop-phases.ts';

export interface StartupOptions {
  /** Time limit of the whole start-up in milliseconds, until `setTimeoutMs` replaces it. */
  readonly timeoutMs: number;
  /** Time limit of a whole roll-back in milliseconds. */
  readonly rollbackTimeoutMs: number;
  /** Ends the running phase and the start-up, which rolls back and rejects with this signal's reason. */
  readonly abort: AbortSignal;
  readonly onEvent: (event: StartupEvent) => void;
}

export interface Startup {
  /** Starts one phase; resolves with what it made, or with its fallback. Rejects when a required phase fails. */
  run<T>(phase: Phase<T>): Promise<T>;
  /** Replaces the time limit of the whole start-up, counted from its beginning; it holds from the next phase on. */
  setTimeoutMs(timeoutMs: number): void;
  /** Stops all phases that began, in reverse, within `timeoutMs`; every caller gets the same result. */
  stop(timeoutMs: number): Promise<readonly StopRecord[]>;
}

/**
 * Runs a start-up; resolves with what `steps` returns. When a phase or a step between two phases fails, it stops all
 * phases that began, in reverse, and then rejects with the first error.
 */
export const startUp = async <T>(options: StartupOptions, steps: (startup: Startup) => Promise<T>): Promise<T> => {
  const startup = createStartup(options);
  try {
    const started = await steps(startup);
    options.abort.throwIfAborted();
    return started;
  } catch (error) {
    await startup.stop(options.rollbackTimeoutMs);
    throw error;
  }
};

const createStartup = ({ timeoutMs, rollbackTimeoutMs, abort, onEvent }: StartupOptions): Startup => {
  const startedAt = performance.now();
  const begun: Phase<unknown>[] = [];
  let totalMs = timeoutMs;
  let stopping: Promise<readonly StopRecord[]> | undefined;

  const onStopped = (record: StopRecord) => onEvent({ type: 'phase-stopped', ...record });

  const startPhase = async <T>(phase: Phase<T>): Promise<PhaseRun<T>> => {
    begun.push(phase);
    onEvent({ type: 'phase-start', phase: phase.name, timeoutMs: phase.timeoutMs });
    const limit = tighterLimit(phase, totalMs, performance.now() - startedAt);
    const run = await runWithin<T>((signal) => phase.start(signal), { ...limit, abort });
    onEvent({ type: 'phase-end', ...recordOf(phase, run) });
    return run;
  };

  // A phase that succeeds after its start was aborted has made something that no roll-back will stop.
  const stopIfLate = async (phase: Phase<unknown>, lateResult: Promise<boolean> | undefined): Promise<void> => {
    if ((await lateResult) && stopping !== undefined) await stopPhases([phase], rollbackTimeoutMs, onStopped);
  };

  return {
    run: async (phase) => {
      abort.throwIfAborted();
      const run = await startPhase(phase);
      if (run.outcome === 'ok') return run.value;
      void stopIfLate(phase, run.lateResult);
      if (phase.fallback === undefined || isStartupTimeout(run.error)) throw run.error;
      abort.throwIfAborted();
      return phase.fallback;
    },
    setTimeoutMs: (ms) => {
      totalMs = ms;
    },
    stop: (ms) => {
      stopping ??= stopPhases(begun, ms, onStopped);
      return stopping;
    },
  };
};

/** The phase's own limit, or what is left of the overall one where that is less. */
const tighterLimit = ({ name, timeoutMs }: Phase<unknown>, totalMs: number, elapsedMs: number): Limit => {
  const leftMs = Math.max(0, totalMs - elapsedMs);
  const [code, message] =
    timeoutMs <= leftMs
      ? (['PHASE_TIMEOUT', `phase "${name}" did not finish within ${timeoutMs} ms`] as const)
      : (['STARTUP_TIMEOUT', `start-up did not finish within ${totalMs} ms; phase "${name}" was running`] as const);
  return { timeoutMs: Math.min(timeoutMs, leftMs), timeoutError: () => new TimeLimitError(code, message) };
};

const isStartupTimeout = (error: unknown): boolean =>
  error instanceof TimeLimitError && error.code === 'STARTUP_TIMEOUT';

const recordOf = ({ name, timeoutMs }: Phase<unknown>, run: PhaseRun<unknown>): PhaseRecord => ({
  phase: name,
  outcome: run.outcome,
  durationMs: run.durationMs,
  timeoutMs,
  error: run.outcome === 'ok' ? undefined : run.error,
});
