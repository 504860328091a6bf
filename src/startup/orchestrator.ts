import { type Attempt, attempt } from './bounded.ts';
import type { Phase, PhaseRecord, StartupEvent, StopRecord } from './phase.ts';
import { ProcessError } from './process-error.ts';
import { stopPhases } from './stop-phases.ts';

export interface OrchestratorOptions {
  /** Read one at a time, so that a generator can build a phase from what the phases before it made. */
  readonly phases: Iterable<Phase>;
  /** Time limit of the whole start-up in milliseconds; asked again before each phase, since it may come from one. */
  deadlineMs(): number;
  /** What a roll-back may take in all, in milliseconds. */
  readonly rollbackTimeoutMs: number;
  readonly watch: (event: StartupEvent) => void;
}

export interface Orchestrator {
  /** Starts the phases in order; rejects with the first error, after whatever had begun was stopped in reverse. */
  start(): Promise<{ readonly degraded: readonly string[] }>;
  /** During start-up: makes the running phase end and `start` roll back and reject with `reason`. */
  abort(reason: Error): void;
  /** Stops all that began, in reverse, within `timeoutMs`; every caller gets the same result. */
  stop(timeoutMs: number): Promise<readonly StopRecord[]>;
}

export const createOrchestrator = (options: OrchestratorOptions): Orchestrator => {
  const { phases, deadlineMs, rollbackTimeoutMs, watch } = options;
  const interruption = new AbortController();
  const begun: Phase[] = [];
  let stopping: Promise<readonly StopRecord[]> | undefined;

  const tellStopped = (record: StopRecord) => watch({ type: 'phase-stopped', ...record });

  const stop = (timeoutMs: number) => {
    stopping ??= stopPhases(begun, timeoutMs, tellStopped);
    return stopping;
  };

  // A phase that succeeds after it was given up has made something that nobody else will stop.
  const stopIfLate = async (phase: Phase, late: Attempt['late']): Promise<void> => {
    if ((await late) && stopping !== undefined) await stopPhases([phase], rollbackTimeoutMs, tellStopped);
  };

  const startPhase = async (phase: Phase, startedAt: number): Promise<Attempt> => {
    const { name, timeoutMs } = phase;
    begun.push(phase);
    watch({ type: 'phase-start', phase: name, timeoutMs });
    const attempted = await attempt((signal) => phase.start(signal), {
      ...tighter(phase, deadlineMs(), startedAt),
      abort: interruption.signal,
    });
    watch({ type: 'phase-end', ...recordOf(phase, attempted) });
    return attempted;
  };

  const startAll = async (): Promise<{ degraded: string[] }> => {
    const startedAt = performance.now();
    const degraded: string[] = [];
    for (const phase of phases) {
      interruption.signal.throwIfAborted();
      const { outcome, error, late } = await startPhase(phase, startedAt);
      if (outcome === 'ok') continue;
      void stopIfLate(phase, late);
      if (phase.required !== false || isDeadline(error)) throw error;
      degraded.push(phase.name);
    }
    interruption.signal.throwIfAborted();
    return { degraded };
  };

  return {
    start: async () => {
      try {
        return await startAll();
      } catch (error) {
        await stop(rollbackTimeoutMs);
        throw error;
      }
    },
    abort: (reason) => interruption.abort(reason),
    stop,
  };
};

/** The phase's own limit, or what is left of the overall one where that is less. */
const tighter = ({ name, timeoutMs }: Phase, deadlineMs: number, startedAt: number) => {
  const leftMs = Math.max(0, deadlineMs - (performance.now() - startedAt));
  if (timeoutMs <= leftMs)
    return {
      timeoutMs,
      timeoutError: () => new ProcessError('PHASE_TIMEOUT', `phase "${name}" did not finish within ${timeoutMs} ms`),
    };
  return {
    timeoutMs: leftMs,
    timeoutError: () =>
      new ProcessError(
        'STARTUP_TIMEOUT',
        `start-up did not finish within ${deadlineMs} ms; phase "${name}" was running`,
      ),
  };
};

const isDeadline = (error: unknown): boolean => error instanceof ProcessError && error.code === 'STARTUP_TIMEOUT';

const recordOf = ({ name, timeoutMs }: Phase, { outcome, durationMs, error }: Attempt): PhaseRecord => ({
  phase: name,
  outcome,
  durationMs,
  timeoutMs,
  error,
});
