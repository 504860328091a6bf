import { attempt } from './bounded.ts';
import type { Phase, StopRecord } from './phase.ts';
import { ProcessError } from './process-error.ts';

// Kept back for each phase still to be stopped, so that one that hangs cannot starve the rest.
const MAX_RESERVE_MS = 500;

/** Stops phases in reverse order inside one budget; a phase that throws or hangs does not keep the rest from stopping. */
export const stopPhases = async (
  begun: readonly Phase[],
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

const stopPhase = async (phase: Phase, timeoutMs: number): Promise<StopRecord> => {
  const { outcome, durationMs, error } = await attempt((signal) => phase.stop?.(signal), {
    timeoutMs,
    timeoutError: () =>
      new ProcessError('SHUTDOWN_FORCED', `phase "${phase.name}" did not stop within ${Math.round(timeoutMs)} ms`),
  });
  return { phase: phase.name, outcome, durationMs, error };
};
