import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/variables.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import type { StopRecord } from '../startup/phase.ts';
import type { Startup } from '../startup/startup.ts';
import type { ListenerGroup } from './listeners.ts';

export interface ShutdownOptions {
  readonly limits: Config['shutdown'];
  readonly listeners: ListenerGroup;
  readonly stopPhases: Startup['stop'];
  readonly emit: Emit;
}

export interface ShutdownResult {
  /** Whether the deadline passed before all phases had stopped. */
  readonly forced: boolean;
}

// Reserved within SHUTDOWN_TIMEOUT_MS for what follows the stop: flushing the log.
const MAX_FLUSH_RESERVE_MS = 250;

/** Drains the listeners, waits for the drain delay and stops all phases before the deadline. SIGINT skips the delay. */
export const shutDown = async (
  signal: NodeJS.Signals,
  { limits: { drainDelayMs, timeoutMs }, listeners, stopPhases, emit }: ShutdownOptions,
): Promise<ShutdownResult> => {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const drainMs = signal === 'SIGINT' ? 0 : drainDelayMs;
  listeners.drain();
  emit('server_draining', { signal, drainMs });
  await delay(drainMs);
  const reserveMs = Math.min(MAX_FLUSH_RESERVE_MS, timeoutMs / 10);
  const records = await stopPhases(timeoutMs - reserveMs - elapsedMs());
  return logStop(records, { signal, durationMs: Math.round(elapsedMs()) }, emit);
};

const logStop = (
  records: readonly StopRecord[],
  fields: { readonly signal: string; readonly durationMs: number },
  emit: Emit,
): ShutdownResult => {
  const timedOut = records.filter(({ outcome }) => outcome === 'timed-out');
  if (timedOut.length === 0) emit('server_stopped', fields);
  else emit('server_stop_forced', { ...fields, pending: timedOut.map(pendingOf).join('; ') });
  return { forced: timedOut.length > 0 };
};

const pendingOf = ({ phase, error }: StopRecord): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return `${phase}: ${describeError(cause).error}`;
};
