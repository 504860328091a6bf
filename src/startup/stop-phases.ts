import { TimeLimitError } from './errors.ts';
import type { Phase, StopRecord } from './phase.ts';
import { runWithin } from './phase-run.ts';

// Reserved for each phase still to stop, so that one that hangs leaves time for the others.
const MAX_RESERVE_MS = 500;

/** Stops phases in reverse order within one budget; continues after a phase that throws or hangs. */
export const stopPhases = async (
  begun: readonly Phase<unknown>[],
  budgetMs: number,
  onStopped: (record: StopRecord) => void,
): Promise<readonly StopRecord[]> => {
  const stoppable = begun.filter(({ stop }) => stop !== undefined);
  const reserveMs = Math.min(MAX_RESERVE_MS, budgetMs / (2 * stoppable.length));
  const deadline = performance.now() + budgetMs;
  const records: StopRecord[] = [];
  for (const [stillToStop, phase] of [...stoppable.entries()].reverse()) {
    const leftMs = deadline - performance.now() - reserveMs * stillToStop;
    const record = await stopPhase(phase, Math.max(leftMs, 0));
    records.push(record);
    onStopped(record);
  }
  return records;
};

const stopPhase = async (phase: Phase<unknown>, timeoutMs: number): Promise<StopRecord> => {
  const run = await runWithin((signal) => phase.stop?.(signal), {
    timeoutMs,
    timeoutError: () =>
      new TimeLimitError('SHUTDOWN_FORCED', `phase "${phase.name}" did not stop within ${Math.round(timeoutMs)} ms`),
  });
  const { outcome, durationMs } = run;
  return { phase: phase.name, outcome, durationMs, error: run.outcome === 'ok' ? undefined : run.error };
};
