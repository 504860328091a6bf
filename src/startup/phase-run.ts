export interface Limit {
  readonly timeoutMs: number;
  /** Makes the error of a time-out; the work gets it as its signal's reason. */
  timeoutError(): Error;
  /** Ends the work earlier, with this signal's own reason. */
  readonly abort?: AbortSignal | undefined;
}

export type PhaseRun<T> = Succeeded<T> | Failed;

interface Succeeded<T> {
  readonly outcome: 'ok';
  readonly value: T;
  readonly durationMs: number;
}

interface Failed {
  readonly outcome: 'failed' | 'timed-out';
  readonly error: unknown;
  readonly durationMs: number;
  /** For aborted work: resolves when it ends after all, with `true` if it succeeded. Never rejects. */
  readonly lateResult?: Promise<boolean>;
}

type Work<T> = (signal: AbortSignal) => Promise<T> | T;
type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

// The time that aborted work has to report why it had not ended.
const ABORT_CAUSE_MS = 100;

/** Runs work within a limit; resolves no later than the limit and the time for the abort cause. Never rejects. */
export const runWithin = async <T>(work: Work<T>, limit: Limit): Promise<PhaseRun<T>> => {
  const startedAt = performance.now();
  const controller = new AbortController();
  const disarm = arm(controller, limit);
  const running = settle(work, controller.signal);
  const settled = await Promise.race([running, aborted(controller.signal)]);
  disarm();
  if (settled !== 'aborted') return outcomeOf(settled, performance.now() - startedAt);
  const error = await abortCause(running, controller.signal.reason);
  const outcome = limit.abort?.aborted ? 'failed' : 'timed-out';
  return { outcome, error, durationMs: performance.now() - startedAt, lateResult: running.then(({ ok }) => ok) };
};

/** Aborts `controller` at the time-out, or when `abort` aborts; returns a function that prevents both. */
const arm = (controller: AbortController, { timeoutMs, timeoutError, abort }: Limit): (() => void) => {
  const timer = setTimeout(() => controller.abort(timeoutError()), timeoutMs);
  const onAbort = () => controller.abort(abort?.reason);
  abort?.addEventListener('abort', onAbort);
  if (abort?.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    abort?.removeEventListener('abort', onAbort);
  };
};

const settle = async <T>(work: Work<T>, signal: AbortSignal): Promise<Settled<T>> => {
  try {
    return { ok: true, value: await work(signal) };
  } catch (error) {
    return { ok: false, error };
  }
};

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'));
  });

const outcomeOf = <T>(settled: Settled<T>, durationMs: number): PhaseRun<T> =>
  settled.ok
    ? { outcome: 'ok', value: settled.value, durationMs }
    : { outcome: 'failed', error: settled.error, durationMs };

/** The reason of the abort; its cause is the error that the work then rejects with, if that comes in time. */
const abortCause = async (running: Promise<Settled<unknown>>, reason: Error): Promise<Error> => {
  const { promise: silence, cancel } = after(ABORT_CAUSE_MS);
  const settled = await Promise.race([running, silence]);
  cancel();
  if (settled === undefined || settled.ok || settled.error === reason) return reason;
  reason.cause = settled.error;
  return reason;
};

const after = (ms: number) => {
  let timer: NodeJS.Timeout;
  const promise = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
};
