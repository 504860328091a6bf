import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import type { StopRecord } from '../startup/phase.ts';

/** Tells how the shutdown went, with all that was still pending where it had to be forced. */
export const tellStop = (
  records: readonly StopRecord[],
  how: { readonly signal: string; readonly durationMs: number },
  emit: Emit,
): { readonly forced: boolean } => {
  const cut = records.filter(({ outcome }) => outcome === 'timed-out');
  if (cut.length === 0) emit('server_stopped', how);
  else emit('server_stop_forced', { ...how, pending: cut.map(pendingOf).join('; ') });
  return { forced: cut.length > 0 };
};

const pendingOf = ({ phase, error }: StopRecord): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return `${phase}: ${describeError(cause).error}`;
};
