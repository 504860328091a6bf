import { describeWithCause } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import type { PhaseRecord, StartupEvent, StopRecord } from '../startup/phase.ts';

/** Puts what the orchestrator tells into the words of the log. */
export const tellStartup =
  (emit: Emit) =>
  (event: StartupEvent): void => {
    if (event.type === 'phase-start') emit('phase_start', { phase: event.phase, timeoutMs: event.timeoutMs });
    else if (event.type === 'phase-end') tellEnd(event, emit);
    else tellStopped(event, emit);
  };

const tellEnd = ({ phase, outcome, durationMs, timeoutMs, error }: PhaseRecord, emit: Emit): void => {
  const fields = { phase, durationMs: Math.round(durationMs), timeoutMs };
  if (outcome === 'ok') emit('phase_ok', fields);
  else emit(outcome === 'failed' ? 'phase_fail' : 'phase_timeout', { ...fields, ...describeWithCause(error) });
};

const tellStopped = ({ phase, outcome, durationMs, error }: StopRecord, emit: Emit): void => {
  if (outcome !== 'ok')
    emit('phase_stop_fail', { phase, durationMs: Math.round(durationMs), ...describeWithCause(error) });
};
